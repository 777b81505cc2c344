import * as fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson } from "../../kit/canonical-json.ts";
import { sha256Hex } from "../../kit/hash.ts";
import type { CanonicalRequest } from "../call/canonical.ts";
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

/** A request of which every member may be anything: the key looks into none of them. */
const MEMBERS =
  "messages tools toolChoice parallelToolCalls responseFormat maxTokens temperature topP topK stop seed presencePenalty " +
  "frequencyPenalty reasoningEffort reasoningTokens verbosity topLogprobs serviceTier user metadata";
const requests = fc.record(
  Object.fromEntries(MEMBERS.split(" ").map((name) => [name, fc.jsonValue()])),
) as unknown as fc.Arbitrary<CanonicalRequest>;

test("everything of a request but who asks and its labels is in the key", () => {
  fc.assert(
    fc.property(requests, (request) => {
      const { user: _user, metadata: _metadata, ...question } = request;
      const { request: _, ...others } = parts({ form: "canonical", request });
      const whole = { version: 1, ...others, request: { form: "canonical", request: question } };
      expect(cacheKey(parts({ form: "canonical", request }))).toBe(sha256Hex(canonicalJson(whole)));
    }),
  );
});
