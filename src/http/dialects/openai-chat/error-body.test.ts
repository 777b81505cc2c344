import { describe, expect, it } from "vitest";
import { ERRORS, RollwardError } from "../../../domain/errors.ts";
import type { ErrorCode } from "../../../domain/errors.ts";
import { errorBody, errorEvent } from "./error-body.ts";

describe("an error in OpenAI's form", () => {
  it("says what happened, what to do, the field and the call", () => {
    const error = new RollwardError("invalid_request", { reason: "`model` must be a string.", param: "model" });
    expect(JSON.parse(errorBody(error, "call_01").toString())).toEqual({
      error: {
        message: "`model` must be a string. Correct the field named in `param` and send the request again.",
        type: "invalid_request_error",
        param: "model",
        code: "invalid_request",
        help: "Correct the field named in `param` and send the request again.",
        call_id: "call_01",
      },
    });
  });

  it("names the call even where the error was made without knowing it", () => {
    const error = new RollwardError("provider_error", { provider: "openai", status: 500 });
    expect(errorBody(error, "call_01").toString()).toContain("rollward calls show call_01");
    expect(errorBody(new RollwardError("internal"), "call_02").toString()).toContain("Report it with the id call_02");
  });

  it.each([
    ["key_unknown", "authentication_error"],
    ["forbidden", "permission_error"],
    ["endpoint_not_found", "invalid_request_error"],
    ["provider_rate_limited", "rate_limit_error"],
    ["provider_timeout", "server_error"],
    ["internal", "server_error"],
  ] as const)("gives %s the kind %s", (code, kind) => {
    const body = JSON.parse(errorBody(new RollwardError(code), "call_01").toString()) as { error: { type: string } };
    expect(body.error.type).toBe(kind);
  });

  it("ends a stream as one event that no sentinel follows", () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      const event = errorEvent(new RollwardError(code, { reason: "two\n\nlines" }), "call_01").toString();
      expect(event).toMatch(/^data: \{"error":\{.*\}\}\n\n$/);
      expect(event).not.toContain("[DONE]");
    }
  });
});
