import type { RollwardError } from "../../../../domain/errors.ts";
import type { JsonObject } from "../../../../domain/json.ts";
import { errorBody } from "../../openai-chat/error-body.ts";

/**
 * An error as the last event of a stream, the `number`-th from 0, in the form `error` of this API. Its clients read `code`, `message` and
 * `param` at the top, others look into `error`.
 */
export function errorEvent(error: RollwardError, callId: string, number = 0): Buffer {
  const said = (JSON.parse(errorBody(error, callId).toString()) as { readonly error: JsonObject }).error;
  const { code = null, message = null, param = null } = said;
  const event = { type: "error", sequence_number: number, code, message, param, error: said };
  return Buffer.from(`event: error\ndata: ${JSON.stringify(event)}\n\n`);
}
