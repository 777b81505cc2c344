import { MAX_SESSION_ID } from "../../../../domain/traffic/session.ts";
import type { IncomingRequest } from "../../../../ports/dialect.ts";
import { scanBody } from "../../scan-body.ts";
import { variablesOf } from "../../variables-of.ts";
import { checkFields } from "./check-fields.ts";
import { hasToolErrors, isContinued, openingOf } from "./opening-of.ts";

/**
 * Reads a body of the Messages API: the strict scan, one parse, and the types of what Rollward itself relies
 * on. Everything else is the provider's business and passes. The session is `metadata.session_id`, else
 * `metadata.user_id`, which is all the identity that this API knows. Throws `malformed_json` or `invalid_request`.
 */
export function readRequest(bytes: Buffer): IncomingRequest {
  const scanned = scanBody(bytes);
  const checked = checkFields(scanned.body);
  const { model, stream, messages, metadata, variables, user } = checked;
  const named = metadata?.["session_id"];
  return {
    ...scanned,
    model,
    stream,
    sessionId: typeof named === "string" ? named : userSession(user),
    opening: openingOf(checked),
    continues: isContinued(messages),
    ...(hasToolErrors(messages) && { hasToolErrors: true as const }),
    variables: variablesOf(variables, metadata),
  };
}

/** An id that cannot name a session is still the provider's to judge. */
const userSession = (user: string | null): string | null =>
  user === null || user === "" || user.length > MAX_SESSION_ID ? null : user;
