import type { IncomingRequest } from "../../../ports/dialect.ts";
import { scanBody } from "../scan-body.ts";
import { checkFields } from "./check-fields.ts";
import { isContinued, openingOf } from "./opening-of.ts";
import { variablesOf } from "../variables-of.ts";

/**
 * Reads a request body: the strict scan, one parse, and the types of what Rollward itself relies on.
 * Everything else is the provider's business and passes. Throws `malformed_json` or `invalid_request`.
 */
export function readRequest(bytes: Buffer): IncomingRequest {
  const scanned = scanBody(bytes);
  const { model, stream, messages, metadata, variables, user } = checkFields(scanned.body);
  const sessionId = metadata?.["session_id"];
  return {
    ...scanned,
    model,
    stream,
    sessionId: typeof sessionId === "string" ? sessionId : null,
    opening: openingOf({ messages, user, variables }),
    continues: isContinued(messages),
    variables: variablesOf(variables, metadata),
  };
}
