import { expect, test } from "vitest";
import { cacheKey, inexactNumbers, leftOutOf } from "./cache-key.ts";
import type { KeyParts } from "./cache-key.ts";

const parts = (body: KeyParts["request"]): KeyParts => ({
  scope: "key key_1",
  environment: "production",
  endpoint: "faq",
  releaseDigest: "d".repeat(64),
  request: body,
  labels: {},
  numbers: [],
});

const own = (body: object): KeyParts =>
  parts({ form: "own", dialect: "openai-chat", body: body as Record<string, never>, features: null });

test("a request without a canonical form has no key", () => {
  expect(cacheKey(own({ x: Number.POSITIVE_INFINITY }))).toBeNull();
  expect(cacheKey(own({ x: "\ud800" }))).toBeNull();
});

test("a key tells nothing of the question", () => {
  expect(cacheKey(own({ x: "secret" }))).toMatch(/^[0-9a-f]{64}$/);
});

test("numbers that a double cannot tell apart are noted as they were written, and no others", () => {
  expect(inexactNumbers('{"a":1,"b":"90071992547409931234567"}')).toEqual([]);
  expect(inexactNumbers('{"a":9007199254740993,"b":[0.1,1234567890123456]}')).toEqual(["9007199254740993"]);
  expect(inexactNumbers('{"a":1234567.12345678901}')).toEqual(["1234567.12345678901"]);
});

test("the members that make no other question are few", () => {
  expect(leftOutOf("openai-chat")).toEqual([
    "metadata",
    "model",
    "prompt_cache_key",
    "prompt_cache_retention",
    "safety_identifier",
    "stream",
    "stream_options",
    "user",
  ]);
  expect(leftOutOf("anthropic-messages")).toEqual(["metadata", "model", "stream"]);
});
