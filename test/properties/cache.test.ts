import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AssistantPart } from "../../src/domain/call/canonical.ts";
import { asideOf, cacheKey } from "../../src/domain/cache/cache-key.ts";
import type { KeyParts } from "../../src/domain/cache/cache-key.ts";
import { readAnswer, writeAnswer } from "../../src/domain/cache/cached-answer.ts";
import type { CachedAnswer } from "../../src/domain/cache/cached-answer.ts";
import { gatherParts } from "../../src/domain/cache/gather-parts.ts";
import { replayEvents } from "../../src/domain/cache/replay-events.ts";
import type { Json, JsonObject } from "../../src/domain/json.ts";
import { DIALECTS } from "../../src/http/dialects/index.ts";
import type { Dialect, DialectName } from "../../src/ports/dialect.ts";

const CONVERSATIONS: readonly DialectName[] = ["openai-chat", "openai-responses", "anthropic-messages"];

const dialectOf = (name: DialectName): Dialect => DIALECTS.get(name) as Dialect;

const PARTS: Omit<KeyParts, "request"> = {
  scope: "key key_1",
  environment: "production",
  endpoint: "faq",
  releaseDigest: "d".repeat(64),
  labels: {},
  numbers: [],
};

/** Text as a person writes it: well-formed, with everything Unicode has. */
const words = fc.string({ minLength: 1, maxLength: 200, unit: "grapheme" });

interface Question {
  readonly system: string;
  readonly turns: readonly string[];
  readonly temperature: number;
  readonly maxTokens: number;
}

const question: fc.Arbitrary<Question> = fc.record({
  system: words,
  turns: fc.array(words, { minLength: 1, maxLength: 5 }).filter(({ length }) => length % 2 === 1),
  temperature: fc.constantFrom(0, 0.25, 1),
  maxTokens: fc.integer({ min: 1, max: 4_096 }),
});

const roleOf = (index: number): "user" | "assistant" => (index % 2 === 0 ? "user" : "assistant");

/** The same question as clients of each dialect ask it. */
const bodyOf: Readonly<Record<string, (asked: Question) => JsonObject>> = {
  "openai-chat": ({ system, turns, temperature, maxTokens }) => ({
    model: "faq",
    messages: [
      { role: "system", content: system },
      ...turns.map((content, index) => ({ role: roleOf(index), content })),
    ],
    temperature,
    max_tokens: maxTokens,
    stream: true,
    user: "ada",
  }),
  "openai-responses": ({ system, turns, temperature, maxTokens }) => ({
    model: "faq",
    instructions: system,
    input: turns.map((content, index) => ({ role: roleOf(index), content })),
    temperature,
    max_output_tokens: maxTokens,
    metadata: { session_id: "s" },
  }),
  "anthropic-messages": ({ system, turns, temperature, maxTokens }) => ({
    model: "faq",
    system,
    messages: turns.map((text, index) => ({ role: roleOf(index), content: [{ type: "text", text }] })),
    temperature,
    max_tokens: maxTokens,
  }),
};

const keyIn = (name: DialectName, asked: Question): string | null => {
  const body = bodyOf[name]?.(asked) ?? {};
  const request = dialectOf(name).toCanonical(body, "test");
  return cacheKey({ ...PARTS, request: { form: "canonical", request, aside: asideOf(name, body) } });
};

const ownKey = (body: JsonObject, dialect: DialectName = "openai-chat"): string | null =>
  cacheKey({ ...PARTS, request: { form: "own", dialect, body, features: null } });

describe("the key of an answer", () => {
  test("is one for the same question in all dialects", () => {
    fc.assert(
      fc.property(question, (asked) => {
        const keys = CONVERSATIONS.map((name) => keyIn(name, asked));
        expect(new Set(keys).size).toBe(1);
        expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
      }),
    );
  });

  test("is equal exactly for equal questions", () => {
    fc.assert(
      fc.property(question, question, (one, other) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other);
        expect(keyIn("openai-chat", one) === keyIn("anthropic-messages", other)).toBe(isSame);
      }),
    );
  });

  test("does not depend on the order of members", () => {
    const reversed = (value: Json): Json => {
      if (Array.isArray(value)) return (value as readonly Json[]).map(reversed);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .toReversed()
          .map(([name, member]) => [name, reversed(member)]),
      );
    };
    const body = fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<JsonObject>;
    fc.assert(
      fc.property(body, (given) => {
        expect(ownKey(reversed(given) as JsonObject)).toBe(ownKey(given));
      }),
    );
  });

  test("counts every member of a request but those that say who asks and in which form", () => {
    const aside = fc.constantFrom("user", "metadata", "stream", "stream_options", "model", "prompt_cache_key");
    fc.assert(
      fc.property(question, aside, fc.jsonValue(), (asked, name, value) => {
        const body = bodyOf["openai-chat"]?.(asked) ?? {};
        expect(ownKey({ ...body, [name]: value as Json })).toBe(ownKey(body));
      }),
    );
    fc.assert(
      fc.property(question, fc.stringMatching(/^x_[a-z]{1,8}$/), fc.jsonValue(), (asked, name, value) => {
        const body = bodyOf["openai-chat"]?.(asked) ?? {};
        expect(ownKey({ ...body, [name]: value as Json })).not.toBe(ownKey(body));
      }),
    );
  });

  test("is another one for another tenant, environment, endpoint, release, dialect or set of features", () => {
    const name = fc.constantFrom("scope", "environment", "endpoint", "releaseDigest");
    const body = { messages: [] };
    const request = { form: "own", dialect: "openai-chat", body, features: null } as const;
    fc.assert(
      fc.property(name, fc.string(), (changed, value) => {
        const isSame = PARTS[changed as "scope"] === value;
        const parts = { ...PARTS, request };
        expect(cacheKey({ ...parts, [changed]: value }) === cacheKey(parts)).toBe(isSame);
      }),
    );
    const keys = [
      ownKey(body),
      ownKey(body, "openai-responses"),
      cacheKey({ ...PARTS, request: { ...request, features: "context-1m-2025-08-07" } }),
      cacheKey({ ...PARTS, request, numbers: ["9007199254740993"] }),
    ];
    expect(new Set(keys).size).toBe(4);
  });
});

const usage = fc.record({
  input: fc.nat(100_000),
  cachedInput: fc.nat(100_000),
  cacheWrite: fc.constant(0),
  output: fc.nat(100_000),
  reasoning: fc.constant(0),
  estimated: fc.constant(false),
});

const identifier = fc.stringMatching(/^[a-zA-Z0-9_-]{1,40}$/);

const signature: fc.Arbitrary<string | null> = fc.option(fc.base64String({ minLength: 4, maxLength: 40 }), {
  nil: null,
});

const thinking: fc.Arbitrary<AssistantPart> = fc.record({
  type: fc.constant("reasoning" as const),
  text: words,
  signature,
  data: fc.constant(null),
});

const toolCall = fc.record({
  type: fc.constant("tool-call" as const),
  id: identifier,
  name: identifier,
  arguments: fc
    .dictionary(identifier, fc.oneof(words, fc.integer(), fc.boolean()))
    .map((given) => JSON.stringify(given)),
});

/** Thoughts, then text, then calls: the order that every dialect can tell. */
const answer: fc.Arbitrary<CachedAnswer> = fc
  .record({
    thought: fc.option(thinking),
    text: words,
    calls: fc.uniqueArray(toolCall, { maxLength: 3, selector: ({ id }) => id }),
    usage,
    at: fc.nat(),
    costPico: fc.bigInt({ min: 0n, max: 10n ** 20n }),
  })
  .map(({ thought, text, calls, ...rest }) => ({
    format: "rollward.answer/1",
    key: "e".repeat(64),
    callId: "call_1",
    model: "m-1",
    parts: [...(thought === null ? [] : [thought]), { type: "text", text }, ...calls],
    finishReason: calls.length === 0 ? "stop" : "tool_calls",
    stopSequence: null,
    ...rest,
  }));

describe("a kept answer", () => {
  test("is read as it was written, under its own key alone", () => {
    fc.assert(
      fc.property(answer, (given) => {
        const text = writeAnswer(given);
        expect(readAnswer(text, given.key)).toEqual(given);
        expect(readAnswer(text, "f".repeat(64))).toBeNull();
      }),
    );
  });

  test("is nothing once a byte of it is missing, and never an error whatever stands in its place", () => {
    fc.assert(
      fc.property(answer, fc.nat(), (given, at) => {
        const text = writeAnswer(given);
        expect(readAnswer(text.slice(0, at % text.length), given.key)).toBeNull();
      }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(readAnswer(text, "e".repeat(64))).toBeNull();
      }),
    );
  });

  test("comes to the same parts however it is told", () => {
    fc.assert(
      fc.property(answer, fc.boolean(), (given, stream) => {
        const { parts, finishReason, model } = gatherParts(replayEvents(given, stream));
        expect({ parts, finishReason, model }).toEqual({
          parts: given.parts,
          finishReason: given.finishReason,
          model: given.model,
        });
      }),
    );
  });

  for (const name of CONVERSATIONS) {
    for (const stream of [true, false]) {
      test(`is told whole by ${name}, ${stream ? "streamed" : "in one document"}`, () => {
        fc.assert(
          fc.property(answer, (given) => {
            const dialect = dialectOf(name);
            const encoder = dialect.encoder({ stream, usageInStream: true }, "call_2", 1_000);
            const chunks = [...replayEvents(given, stream)].map((event) => encoder.push(event));
            chunks.push(encoder.end());
            expect(dialect.tellsAll?.(stream, chunks)).toBe(true);
            const reader = dialect.eventReader(stream);
            const events = [...chunks.flatMap((chunk) => reader.push(chunk)), ...reader.end()];
            expect(reader.fault).toBeNull();
            const told = gatherParts(events);
            expect(told.finishReason).toBe(given.finishReason);
            expect(plain(told.parts)).toEqual(plain(given.parts));
            const { estimated: _, ...counted } = given.usage ?? { estimated: false };
            expect(events.findLast((event) => event.type === "usage")).toMatchObject({ usage: counted });
          }),
        );
      });
    }
  }
});

/** What a reader sees: the text, the thoughts, the calls with their arguments as values. */
const plain = (parts: readonly AssistantPart[]) => ({
  text: parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join(""),
  thoughts: parts.flatMap((part) => (part.type === "reasoning" ? [part.text] : [])).join(""),
  signatures: parts.flatMap((part) => (part.type === "reasoning" && part.signature !== null ? [part.signature] : [])),
  calls: parts.flatMap((part) =>
    part.type === "tool-call" ? [{ ...part, arguments: JSON.parse(part.arguments) as unknown }] : [],
  ),
});
