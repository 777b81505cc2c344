import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type {
  AssistantPart,
  CallEvent,
  CanonicalMessage,
  CanonicalRequest,
  ContentPart,
} from "../../src/domain/call/canonical.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { openAiChat } from "../../src/http/dialects/openai-chat/index.ts";

const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
const nullable = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
const data = fc.base64String({ minLength: 4, maxLength: 16 });
const schema = fc.dictionary(fc.constantFrom("type", "title", "default"), word, { minKeys: 1 });
const text = word.map((said) => ({ type: "text", text: said }) as const);

const userPart: fc.Arbitrary<ContentPart> = fc.oneof(
  text,
  fc.record({ type: fc.constant("image"), url: fc.webUrl(), detail: nullable(fc.constantFrom("low", "high")) }),
  fc.record({ type: fc.constant("image-data"), data, mediaType: fc.constantFrom("image/png", "image/webp") }),
  fc.record({
    type: fc.constant("document-data"),
    data,
    mediaType: fc.constant("application/pdf"),
    name: nullable(word),
  }),
  fc.record({ type: fc.constant("audio-data"), data, format: fc.constantFrom("wav", "mp3") }),
);

/** The calls of a turn come after what is said in it, as the dialect has them. */
const assistantParts: fc.Arbitrary<readonly AssistantPart[]> = fc
  .tuple(
    fc.array(
      fc.oneof(
        text,
        word.map((said) => ({ type: "refusal", text: said }) as const),
      ),
      { maxLength: 3 },
    ),
    fc.array(fc.record({ type: fc.constant("tool-call" as const), id: word, name: word, arguments: fc.string() }), {
      maxLength: 3,
    }),
  )
  .map(([said, calls]) => [...said, ...calls]);

const message: fc.Arbitrary<CanonicalMessage> = fc.oneof(
  fc.record({ role: fc.constant("system"), text: word }),
  fc.record({ role: fc.constant("user"), content: fc.array(userPart, { minLength: 1, maxLength: 3 }) }),
  fc.record({ role: fc.constant("assistant"), content: assistantParts }),
  fc.record({
    role: fc.constant("tool"),
    toolCallId: word,
    content: fc.array(text, { minLength: 1, maxLength: 3 }),
    isError: fc.constant(false),
  }),
);

const tool = fc.record({ name: word, description: nullable(word), parameters: schema, strict: nullable(fc.boolean()) });
const number = nullable(fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)));
const count = nullable(fc.nat());

/** All that chat completions have a place for. */
const request: fc.Arbitrary<CanonicalRequest> = fc
  .record({
    messages: fc.array(message, { minLength: 1, maxLength: 6 }),
    tools: fc.array(tool, { maxLength: 3 }),
    toolChoice: nullable(
      fc.oneof(fc.constantFrom("auto" as const, "none" as const, "required" as const), fc.record({ name: word })),
    ),
    parallelToolCalls: nullable(fc.boolean()),
    responseFormat: nullable(
      fc.oneof(
        fc.constantFrom({ type: "text" as const }, { type: "json" as const }),
        fc.record({ type: fc.constant("json-schema" as const), name: word, schema, strict: nullable(fc.boolean()) }),
      ),
    ),
    maxTokens: count,
    temperature: number,
    topP: number,
    topK: count,
    stop: fc.array(word, { maxLength: 4 }),
    seed: count,
    presencePenalty: number,
    frequencyPenalty: number,
    reasoningEffort: nullable(fc.constantFrom("none", "low", "high")),
    reasoningTokens: fc.constant(null),
    verbosity: nullable(fc.constantFrom("low", "high")),
    topLogprobs: nullable(fc.nat({ max: 20 })),
    serviceTier: nullable(fc.constantFrom("default", "flex", "priority")),
    user: nullable(word),
    metadata: fc.constant(null),
  })
  // Without tools nothing can be called in parallel.
  .map((made) => (made.tools.length === 0 ? { ...made, parallelToolCalls: null } : made));

const token = fc.record({
  token: word,
  logprob: fc.double({ max: 0, noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  bytes: nullable(fc.array(fc.nat({ max: 255 }), { maxLength: 4 })),
});
const logprobs = fc.array(
  fc.record({
    token: word,
    logprob: token.map((one) => one.logprob),
    bytes: nullable(fc.array(fc.nat({ max: 255 }))),
    top: fc.array(token, { maxLength: 2 }),
  }),
  { minLength: 1, maxLength: 3 },
);
const tokens = fc.nat({ max: 1_000_000 });

const said: fc.Arbitrary<readonly CallEvent[]> = fc.array(
  fc.oneof(
    word.map((spoken): CallEvent => ({ type: "text-delta", text: spoken })),
    word.map((spoken): CallEvent => ({ type: "refusal-delta", text: spoken })),
    logprobs.map((read): CallEvent => ({ type: "logprobs", tokens: read })),
  ),
  { maxLength: 5 },
);

const thought: fc.Arbitrary<readonly CallEvent[]> = fc
  .record({ deltas: fc.array(word, { maxLength: 3 }), signature: nullable(word), data: nullable(word) })
  .map(({ deltas, signature, data: hidden }) => [
    ...deltas.map((spoken): CallEvent => ({ type: "reasoning-delta", text: spoken })),
    ...(signature === null && hidden === null
      ? []
      : [{ type: "reasoning-end", signature, data: signature === null ? hidden : null } as const]),
  ]);

const calls: fc.Arbitrary<readonly CallEvent[]> = fc
  .array(fc.record({ id: word, name: word, deltas: fc.array(word, { maxLength: 3 }) }), { maxLength: 3 })
  .map((made) =>
    made.flatMap(({ id, name, deltas }, index): readonly CallEvent[] => [
      { type: "tool-call-start", index, id, name },
      ...deltas.map((argumentsDelta): CallEvent => ({ type: "tool-call-delta", index, argumentsDelta })),
    ]),
  );

const answer = fc
  .record({
    thought,
    said,
    calls,
    usage: nullable(
      fc.record({ input: tokens, cachedInput: tokens, cacheWrite: tokens, output: tokens, reasoning: tokens }),
    ),
    cut: fc.boolean(),
    model: word,
  })
  .map(({ thought: thoughts, said: words, calls: called, usage, cut, model }): readonly CallEvent[] => [
    { type: "answer-start", id: "chatcmpl-call_01", model },
    ...thoughts,
    ...words,
    ...called,
    ...(usage === null ? [] : [{ type: "usage", usage } as const]),
    { type: "end", finishReason: cut ? "length" : called.length > 0 ? "tool_calls" : "stop" },
  ]);

/** Events without their cuts: what one kind says in a row is one event, as in an answer that comes whole. */
function joined(events: readonly CallEvent[]): unknown {
  const sum = {
    thought: "",
    opaque: [] as unknown[],
    text: "",
    refusal: "",
    tokens: [] as unknown[],
    calls: new Map<number, unknown[]>(),
    rest: [] as unknown[],
  };
  for (const event of events) {
    if (event.type === "reasoning-delta") sum.thought += event.text;
    else if (event.type === "reasoning-end") sum.opaque.push(event);
    else if (event.type === "text-delta") sum.text += event.text;
    else if (event.type === "refusal-delta") sum.refusal += event.text;
    else if (event.type === "logprobs") sum.tokens.push(...event.tokens);
    else if (event.type === "tool-call-start") sum.calls.set(event.index, [event.id, event.name, ""]);
    else if (event.type === "tool-call-delta") {
      const call = sum.calls.get(event.index);
      if (call !== undefined) call[2] = `${String(call[2])}${event.argumentsDelta}`;
    } else sum.rest.push(event);
  }
  return sum;
}

function passed(events: readonly CallEvent[], stream: boolean): readonly CallEvent[] {
  const encoder = openAiChat.encoder({ stream, usageInStream: true }, "call_01", 0);
  const bytes = Buffer.concat([...events.map((event) => encoder.push(event)), encoder.end()]);
  const reader = openAiChat.eventReader(stream);
  const read = [...reader.push(bytes), ...reader.end()];
  expect(reader.fault).toBeNull();
  return read;
}

describe("a canonical request as a chat completion", () => {
  it("is the same when it is read again", () => {
    fc.assert(
      fc.property(
        request,
        fc.constantFrom("gpt-5", "openai/gpt-4o", "mistral-large", "gpt-oss-20b"),
        (given, model) => {
          const ask = { provider: "other", model, stream: true, reportsStreamUsage: true };
          const body = JSON.parse(openAiChat.fromCanonical(given, ask).toString()) as JsonObject;
          expect(openAiChat.toCanonical(body, "other")).toEqual(given);
        },
      ),
    );
  });
});

describe("canonical events as a chat completion", () => {
  it("are the same when the stream is read again", () => {
    fc.assert(
      fc.property(answer, (events) => {
        expect(passed(events, true)).toEqual(events);
      }),
    );
  });

  it("say the same when the whole answer is read again", () => {
    fc.assert(
      fc.property(answer, (events) => {
        expect(joined(passed(events, false))).toEqual(joined(events));
      }),
    );
  });
});
