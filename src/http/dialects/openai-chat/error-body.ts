import { RollwardError } from "../../../domain/errors.ts";

/** The kinds of error that OpenAI names; its clients choose their error class by the status. */
function kindOf(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

/** An error in OpenAI's form. `message` says what happened and what to do; `help` and `call_id` say it apart. */
export function errorBody(error: RollwardError, callId: string): Buffer {
  return Buffer.from(errorText(error, callId));
}

/** The same as the last event of a stream, after which no `[DONE]` follows. */
export function errorEvent(error: RollwardError, callId: string): Buffer {
  return Buffer.from(`data: ${errorText(error, callId)}\n\n`);
}

function errorText(error: RollwardError, callId: string): string {
  const { code, status, message, help, details } = withCall(error, callId);
  const param = typeof details["param"] === "string" ? details["param"] : null;
  return JSON.stringify({
    error: { message: `${message} ${help}`, type: kindOf(status), param, code, help, call_id: callId },
  });
}

/** Where the error was made the call was not always known; its message and help name it. */
const withCall = (error: RollwardError, callId: string): RollwardError =>
  new RollwardError(error.code, { call: callId, id: callId, ...error.details });
