import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Headers } from "../../../ports/provider.ts";
import { faultOf } from "./fault-of.ts";

const SECRET = "sk-sentinel-1234567890";
const terms = { provider: "vendor", keyEnv: "VENDOR_KEY", secrets: [SECRET, "short"] };
const fault = (status: number, body: unknown, headers: Headers = {}) =>
  faultOf(terms, status, { headers, body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)) });

describe("the status decides", () => {
  test.each([
    { status: 400, code: "provider_refused_request", retryable: false },
    { status: 401, code: "provider_credentials", retryable: false },
    { status: 402, code: "provider_credentials", retryable: false },
    { status: 403, code: "provider_credentials", retryable: false },
    { status: 404, code: "provider_refused_request", retryable: false },
    { status: 408, code: "provider_error", retryable: true },
    { status: 409, code: "provider_error", retryable: true },
    { status: 413, code: "provider_refused_request", retryable: false },
    { status: 422, code: "provider_refused_request", retryable: false },
    { status: 425, code: "provider_error", retryable: true },
    { status: 429, code: "provider_rate_limited", retryable: true },
    { status: 500, code: "provider_error", retryable: true },
    { status: 529, code: "provider_error", retryable: true },
    { status: 302, code: "provider_bad_answer", retryable: true },
  ])("$status is $code", ({ status, code, retryable }) => {
    expect(fault(status, { error: { message: "no" } })).toMatchObject({
      code,
      retryable,
      details: { provider: "vendor" },
    });
  });

  test("refused credentials name the variable to look at", () => {
    expect(fault(401, "").help).toBe("Check the environment variable VENDOR_KEY on the server.");
  });
});

describe("the kind of a refusal", () => {
  test.each([
    { words: "OpenAI's code", body: { error: { code: "context_length_exceeded", message: "m" } } },
    { words: "vLLM's sentence", body: { message: "This model's maximum context length is 4096 tokens." } },
    { words: "Anthropic's", body: { error: { type: "invalid_request_error", message: "prompt is too long: 9 > 8" } } },
    { words: "llama.cpp's type", body: { error: { type: "exceed_context_size_error", message: "m" } } },
  ])("a request that is too long is told by $words", ({ body }) => {
    expect(fault(400, body)).toMatchObject({ code: "provider_context_overflow", status: 400, retryable: false });
  });

  test.each([
    { words: "OpenAI's code", body: { error: { code: "content_policy_violation", message: "m" } } },
    {
      words: "Azure's inner code",
      body: { error: { code: "other", message: "m", innererror: { code: "ResponsibleAIPolicyViolation" } } },
    },
    { words: "Anthropic's sentence", body: { error: { message: "Output blocked by content filtering policy" } } },
  ])("refused content is told by $words", ({ body }) => {
    expect(fault(400, body)).toMatchObject({ code: "provider_content_policy", status: 400, retryable: false });
  });

  test("an account that cannot pay counts as our credentials, also when it is told as a 429", () => {
    expect(fault(429, { error: { code: "insufficient_quota" } }).code).toBe("provider_credentials");
  });

  test("such words in an answer with another status mean nothing", () => {
    expect(fault(500, { error: { code: "context_length_exceeded" } }).code).toBe("provider_error");
    expect(fault(404, { error: { code: "content_filter" } }).code).toBe("provider_refused_request");
  });
});

test("how long the provider asks to be left alone goes along", () => {
  const { details } = fault(429, "", { "retry-after": "2" });
  expect(details).toMatchObject({ retryAfterMs: 2_000, retryAfter: "2" });
  expect(fault(503, "", { "x-ratelimit-reset": "1s" }).details["retryAfterMs"]).toBe(1_000);
  expect(fault(503, "").details["retryAfterMs"]).toBeUndefined();
});

describe("the provider's words", () => {
  test.each([
    { form: "OpenAI's", body: { error: { message: "too long", param: "messages" } } },
    { form: "a plain error", body: { error: "too long" } },
    { form: "a plain message", body: { message: "too long" } },
    { form: "FastAPI's text", body: { detail: "too long" } },
    { form: "FastAPI's list", body: { detail: [{ msg: "too long", loc: ["body"] }] } },
    { form: "bare text", body: "too long" },
  ])("are found in the form of $form", ({ body }) => {
    expect(fault(400, body).details["reason"]).toBe("too long");
  });

  test("name the field at fault when it looks like one", () => {
    expect(fault(400, { error: { message: "m", param: "messages[0].role" } }).details["param"]).toBe(
      "messages[0].role",
    );
    expect(fault(400, { error: { message: "m", param: "<b>" } }).details["param"]).toBeUndefined();
  });

  test("are replaced by ours for a web page and for silence", () => {
    expect(fault(404, "<!doctype html><h1>Not found</h1>").details["reason"]).toBe("it answered with a web page.");
    expect(fault(404, "").details["reason"]).toBe("it answered 404.");
    expect(fault(404, { error: { message: 7 } }).details["reason"]).toBe("it answered 404.");
  });

  test("lose control characters and are cut to 500 characters, for any bytes", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 3_000 }),
          fc.string({ unit: fc.constantFrom("a", " ", "\u0007", "\u202e", "🦆"), maxLength: 1_500 }),
        ),
        (body) => {
          const { details } = faultOf(terms, 400, { headers: {}, body: Buffer.from(body) });
          const reason = String(details["reason"]);
          expect(reason.length).toBeLessThanOrEqual(500);
          expect(reason).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
          expect(reason.isWellFormed()).toBe(true);
        },
      ),
    );
  });

  test("never repeat a secret, wherever it stands and however it is written", () => {
    const escaped = Array.from(SECRET, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
    const bodies = [
      { error: { message: `key ${SECRET}.`, param: SECRET } },
      { error: { message: `${"x".repeat(490)}${SECRET}` } },
      `{"error":{"message":"${escaped}"}}`,
      `key ${SECRET}`,
    ];
    for (const body of bodies) {
      const error = fault(400, body);
      expect(JSON.stringify([error.message, error.details])).not.toContain(SECRET.slice(0, 12));
    }
    expect(fault(400, "a short word").details["reason"]).toBe("a short word");
  });
});
