import { RollwardError } from "../../../domain/errors.ts";

/** The API's own kinds of error, by the status that its clients choose their error class by. */
const KINDS: Readonly<Record<number, string>> = {
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  503: "overloaded_error",
  504: "timeout_error",
  529: "overloaded_error",
};

const kindOf = (status: number): string => KINDS[status] ?? (status >= 500 ? "api_error" : "invalid_request_error");

/**
 * An error in the form of the Messages API. `message` says what happened and what to do; our code, the field at
 * fault and the help stand apart in `details`.
 */
export function errorBody(error: RollwardError, callId: string): Buffer {
  return Buffer.from(errorText(error, callId));
}

/** The same as the last event of a stream, after which no `message_stop` follows. */
export function errorEvent(error: RollwardError, callId: string): Buffer {
  return Buffer.from(`event: error\ndata: ${errorText(error, callId)}\n\n`);
}

function errorText(error: RollwardError, callId: string): string {
  // Where the error was made the call was not always known; its message and help name it.
  const { code, status, message, help, details } = new RollwardError(error.code, {
    call: callId,
    id: callId,
    ...error.details,
  });
  const param = typeof details["param"] === "string" ? details["param"] : null;
  return JSON.stringify({
    type: "error",
    error: { type: kindOf(status), message: `${message} ${help}`, details: { error_code: code, param, help } },
    request_id: callId,
  });
}
