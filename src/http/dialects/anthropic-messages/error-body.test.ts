import { expect, it } from "vitest";
import { RollwardError } from "../../../domain/errors.ts";
import { errorBody, errorEvent } from "./error-body.ts";

it.each([
  ["key_missing", 401, "authentication_error"],
  ["forbidden", 403, "permission_error"],
  ["endpoint_not_found", 404, "not_found_error"],
  ["body_too_large", 413, "request_too_large"],
  ["untranslatable", 400, "invalid_request_error"],
  ["provider_rate_limited", 429, "rate_limit_error"],
  ["overloaded", 503, "overloaded_error"],
  ["provider_timeout", 504, "timeout_error"],
  ["provider_error", 502, "api_error"],
] as const)("says %s with status %i as %s", (code, status, type) => {
  const error = new RollwardError(code, { param: "tools[0]", provider: "p" });
  expect(error.status).toBe(status);
  const body = JSON.parse(errorBody(error, "call_7").toString()) as object;
  expect(body).toMatchObject({
    type: "error",
    error: { type, details: { error_code: code, param: "tools[0]" } },
    request_id: "call_7",
  });
});

it("ends a stream with an event of the type error", () => {
  const event = errorEvent(new RollwardError("provider_cut", { provider: "p", reason: "x" }), "call_7").toString();
  expect(event).toMatch(/^event: error\ndata: \{"type":"error",.*\}\n\n$/);
});
