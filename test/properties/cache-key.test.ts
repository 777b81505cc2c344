import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asideOf, cacheKey } from "../../src/domain/cache/cache-key.ts";
import type { ComparedRequest } from "../../src/domain/cache/cache-key.ts";
import { RollwardError } from "../../src/domain/errors.ts";
import type { Json, JsonObject } from "../../src/domain/json.ts";
import { DIALECTS } from "../../src/http/dialects/index.ts";
import type { Dialect, DialectName } from "../../src/ports/dialect.ts";

const USER = { role: "user", content: "Which?" };
const SCHEMA = { type: "object", properties: { a: { type: "string" } } };

/** Requests of each dialect with what clients send; every member and every leaf of them reaches a provider of the dialect. */
const SAMPLES: Partial<Record<DialectName, JsonObject>> = {
  "openai-chat": {
    messages: [
      { role: "developer", content: "Be short." },
      {
        role: "user",
        content: [
          { type: "text", text: "One" },
          { type: "text", text: "Two" },
        ],
      },
      {
        role: "assistant",
        content: "Done.",
        reasoning_content: "five",
        tool_calls: [{ id: "1", index: 0, type: "function", function: { name: "f", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "1", name: "f", content: "x" },
      { role: "assistant", content: [{ type: "text", text: "So." }], refusal: "" },
      USER,
    ],
    tools: [{ type: "function", function: { name: "f", parameters: SCHEMA, strict: false } }],
    tool_choice: "auto",
    temperature: 0,
    max_tokens: 5,
    max_completion_tokens: 5,
    stop: ["x"],
    store: false,
    n: 1,
    logprobs: false,
    service_tier: "auto",
    reasoning_effort: "high",
  },
  "openai-responses": {
    instructions: "Be short.",
    input: [
      { type: "message", role: "developer", content: "Mind." },
      { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "hm" }], encrypted_content: "AAA" },
      {
        type: "message",
        role: "assistant",
        phase: "commentary",
        content: [{ type: "output_text", text: "a", annotations: [] }],
      },
      { type: "function_call", id: "fc_1", call_id: "1", name: "f", arguments: "{}", status: "completed" },
      { type: "function_call_output", call_id: "1", output: "x" },
      { role: "assistant", content: "b" },
      USER,
    ],
    include: ["reasoning.encrypted_content"],
    reasoning: { effort: "low", summary: "auto" },
    tools: [{ type: "function", name: "f", parameters: SCHEMA, strict: true, defer_loading: false }],
    text: { verbosity: "low", format: { type: "text" } },
    temperature: 0,
    truncation: "disabled",
    background: false,
    service_tier: "auto",
  },
  "anthropic-messages": {
    system: [{ type: "text", text: "Be short.", cache_control: { type: "ephemeral" } }],
    messages: [
      USER,
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "hm", signature: "c2ln" },
          { type: "tool_use", id: "1", name: "f", input: {}, caller: { type: "direct" } },
        ],
      },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "1", content: "x", is_error: false }] },
    ],
    tools: [{ name: "f", description: "d", input_schema: SCHEMA, eager_input_streaming: true }],
    tool_choice: { type: "auto", disable_parallel_tool_use: false },
    thinking: { type: "adaptive", display: "summarized" },
    output_config: { effort: "high" },
    max_tokens: 100,
    temperature: 0,
    service_tier: "auto",
  },
};

function keyOf(dialect: Dialect, body: JsonObject): string | null {
  let request: ComparedRequest = { form: "own", dialect: dialect.name, body, features: null };
  try {
    request = { form: "canonical", request: dialect.toCanonical(body, "test"), aside: asideOf(dialect.name, body) };
  } catch (error) {
    if (!(error instanceof RollwardError)) throw error;
  }
  const shared = { scope: "key key_1", environment: "production", endpoint: "faq", labels: {}, numbers: [] };
  return cacheKey({ ...shared, releaseDigest: "d".repeat(64), request });
}

/** A place in a request: the members to go through. */
type Path = readonly string[];

const pathsIn = (value: Json): readonly Path[] =>
  value === null || typeof value !== "object"
    ? []
    : Object.entries(value).flatMap(([name, inner]) => [[name], ...pathsIn(inner).map((path) => [name, ...path])]);

/** The request with another value in a place, or without what stands there. */
function changed(body: JsonObject, path: Path, value: Json | undefined): JsonObject {
  const copy = structuredClone(body) as Record<string, Json>;
  let place = copy;
  for (const name of path.slice(0, -1)) place = place[name] as Record<string, Json>;
  const last = path.at(-1) ?? "";
  if (value !== undefined) place[last] = value;
  else if (Array.isArray(place)) place.splice(Number(last), 1);
  else delete place[last];
  return copy;
}

/** A request as text. One text part is the same question as its text alone, in every dialect. */
const spelled = (body: JsonObject): string =>
  JSON.stringify(body, (name, value: Json) => (name === "content" ? (onlyText(value) ?? value) : value));

function onlyText(content: Json): Json | undefined {
  if (!Array.isArray(content) || content.length !== 1) return undefined;
  const { type, text, ...others } = (content[0] ?? {}) as Record<string, Json>;
  const isText = type === "text" || type === "input_text" || type === "output_text";
  return isText && Object.keys(others).length === 0 ? text : undefined;
}

const VALUES: readonly (Json | undefined)[] = [
  undefined,
  null,
  "",
  "other",
  "high",
  "system",
  "assistant",
  0,
  7,
  true,
  false,
  [],
  {},
  ["text"],
];

describe.each(Object.entries(SAMPLES))("a request of %s", (name, sample) => {
  const dialect = DIALECTS.get(name as DialectName) as Dialect;
  const change = fc.record({ path: fc.constantFrom(...pathsIn(sample)), value: fc.constantFrom(...VALUES) });

  test("has a canonical form", () => {
    expect(() => dialect.toCanonical(sample, "test")).not.toThrow();
  });

  test("never shares its key with one that differs in any member or leaf", () => {
    fc.assert(
      fc.property(change, fc.option(change), (one, other) => {
        const first = changed(sample, one.path, one.value);
        const before = other === null ? sample : changed(sample, other.path, other.value);
        fc.pre(spelled(first) !== spelled(before));
        expect(keyOf(dialect, first)).not.toBe(keyOf(dialect, before));
      }),
      { numRuns: 1_500 },
    );
  });
});

test("a limit by its older name beside the newer one is not the newer one alone", () => {
  const dialect = DIALECTS.get("openai-chat") as Dialect;
  const asked = { max_completion_tokens: 5, messages: [USER] };
  expect(keyOf(dialect, { ...asked, max_tokens: 5 })).not.toBe(keyOf(dialect, asked));
});

test("thinking that adapts is not the effort that it stands for", () => {
  const dialect = DIALECTS.get("anthropic-messages") as Dialect;
  const asked = { max_tokens: 100, messages: [USER] };
  const adaptive = keyOf(dialect, { ...asked, thinking: { type: "adaptive" } });
  expect(adaptive).not.toBe(keyOf(dialect, { ...asked, output_config: { effort: "high" } }));
});
