import { describe, expect, test } from "vitest";
import { factsOf } from "../../../test/contracts/store-samples.ts";
import type { AttemptRecord } from "../call/call-record.ts";
import { providerNameOf } from "./provider-identity.ts";
import { SEMANTIC_VERSIONS } from "./semantic-name.ts";
import { namesIn, semanticVersion } from "./semantic-names.ts";
import type { SemanticVersion } from "./semantic-name.ts";
import { spansOfCall } from "./spans-of-call.ts";

const termsOf = (version: SemanticVersion = "latest") => ({
  version,
  identityOf: () => null,
  exchange: null,
  because: null,
});

const USAGE = { input: 10, cachedInput: 3, cacheWrite: 2, output: 7, reasoning: 5, estimated: true };

const ATTEMPT: AttemptRecord = {
  provider: "anthropic",
  model: "claude",
  startMs: 1,
  firstByteMs: 2,
  endMs: 3,
  status: 200,
  error: null,
  usage: USAGE,
  costPico: 5_000_000n,
};

const spanOf = (attempt: Partial<AttemptRecord>, version: SemanticVersion = "latest") =>
  spansOfCall(factsOf({ stages: [], attempts: [{ ...ATTEMPT, ...attempt }] }), termsOf(version))[1];

describe("tokens", () => {
  test("that the record has apart are told as the convention adds them up", () => {
    expect(spanOf({})?.attributes).toMatchObject({
      "gen_ai.usage.input_tokens": 15,
      "gen_ai.usage.output_tokens": 12,
      "gen_ai.usage.cache_read.input_tokens": 3,
      "gen_ai.usage.cache_write.input_tokens": 2,
      "gen_ai.usage.reasoning.output_tokens": 5,
      "rollward.usage.estimated": true,
    });
  });

  test("written to a cache have the name of the version that is chosen", () => {
    const old = spanOf({}, "1.41")?.attributes;
    expect(old).toMatchObject({ "gen_ai.usage.cache_creation.input_tokens": 2 });
    expect(old).not.toHaveProperty(["gen_ai.usage.cache_write.input_tokens"]);
  });
});

describe("an attempt", () => {
  test("that was not made has nobody at its other end", () => {
    const error = { code: "circuit_open", message: "" } as unknown as AttemptRecord["error"];
    expect(spanOf({ end: "skipped", error, usage: null })).toMatchObject({ kind: "internal", status: "unset" });
  });

  test("that was overtaken or left alone is no error", () => {
    const error = { code: "provider_cut", message: "" } as const;
    expect(spanOf({ end: "abandoned", error })).toMatchObject({ kind: "client", status: "unset", events: [] });
    expect(spanOf({ end: "failed", error })).toMatchObject({ status: "error", events: [{ name: "exception" }] });
  });

  test("has the span id that its provider was told", () => {
    expect(spanOf({ spanId: "00f067aa0ba902b7" })?.spanId).toBe("00f067aa0ba902b7");
  });
});

describe("a call", () => {
  test("of the past, without anything that came later, has a trace", () => {
    const [root, ...rest] = spansOfCall(factsOf(), termsOf());
    expect(rest.every(({ parentSpanId, traceId }) => parentSpanId === root?.spanId && traceId === root?.traceId)).toBe(
      true,
    );
    expect(root).toMatchObject({ parentSpanId: null, kind: "server", endUs: (root?.startUs ?? 0) + 812_900 });
  });

  test("stands under its caller's span", () => {
    const parentSpan = { spanId: "00f067aa0ba902b7", sampled: true };
    const [root] = spansOfCall(factsOf({ traceId: "4bf92f3577b34da6a3ce929d0e0e4736", parentSpan }), termsOf());
    expect(root).toMatchObject({ traceId: "4bf92f3577b34da6a3ce929d0e0e4736", parentSpanId: "00f067aa0ba902b7" });
  });
});

describe("the version", () => {
  test("is the latest unless the project says otherwise, and the variable asks for no less", () => {
    expect(semanticVersion(undefined, undefined)).toBe("latest");
    expect(semanticVersion("1.41", undefined)).toBe("1.41");
    expect(semanticVersion("1.41", "http, gen_ai_latest_experimental")).toBe("latest");
    expect(semanticVersion("next", "gen_ai_latest_experimental")).toBe("next");
  });

  test.each(SEMANTIC_VERSIONS)("%s has no name for two things", (version) => {
    const names = Object.values(namesIn(version)).filter((name) => name !== "");
    expect(new Set(names).size).toBe(names.length);
  });
});

test("a provider is called as the convention calls its vendor, and by its own name where it does not", () => {
  const cases: readonly (readonly [string, string | null, string])[] = [
    ["openai-compatible", "api.openai.com", "openai"],
    ["openai-compatible", "acme.openai.azure.com", "azure.ai.openai"],
    ["openai-compatible", "api.x.ai", "x_ai"],
    ["openai-compatible", "evil-api.openai.com.example.com", "mine"],
    ["openai-compatible", "10.0.0.7", "mine"],
    ["anthropic", "api.anthropic.com", "anthropic"],
    ["anthropic", "proxy.internal", "mine"],
    ["bedrock", "bedrock-runtime.eu-west-1.amazonaws.com", "aws.bedrock"],
    ["vertex", "europe-west4-aiplatform.googleapis.com", "gcp.vertex_ai"],
    ["simulated", null, "mine"],
  ];
  for (const [kind, host, expected] of cases)
    expect([kind, host, providerNameOf("mine", { kind, host })]).toEqual([kind, host, expected]);
});
