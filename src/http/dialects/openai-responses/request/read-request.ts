import type { IncomingRequest } from "../../../../ports/dialect.ts";
import { scanBody } from "../../scan-body.ts";
import { variablesOf } from "../../variables-of.ts";
import { checkFields } from "./check-fields.ts";
import { isContinued, openingOf } from "./opening-of.ts";

/**
 * Reads a body of the Responses API: the strict scan, one parse, and the types of what Rollward itself relies on.
 * Everything else is the provider's business and passes. A `previous_response_id` must have been replaced by its
 * conversation before. Throws `malformed_json` or `invalid_request`.
 */
export function readRequest(bytes: Buffer): IncomingRequest {
  const scanned = scanBody(bytes);
  const checked = checkFields(scanned.body);
  const { model, stream, input, metadata, variables } = checked;
  const sessionId = metadata?.["session_id"];
  return {
    ...scanned,
    model,
    stream,
    sessionId: typeof sessionId === "string" ? sessionId : null,
    opening: openingOf(checked),
    continues: isContinued(input),
    variables: variablesOf(variables, metadata),
  };
}
