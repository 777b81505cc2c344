import * as fc from "fast-check";
import type {
  AssistantPart,
  CacheTtl,
  CallEvent,
  CanonicalMessage,
  CanonicalRequest,
  ContentPart,
  FinishReason,
  ReasoningOrigin,
} from "../../../src/domain/call/canonical.ts";
import type { JsonObject } from "../../../src/domain/json.ts";

const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
const nullable = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
const data = fc.base64String({ minLength: 4, maxLength: 16 });
const origin = fc.constantFrom<ReasoningOrigin>("anthropic", "openai", "google", "amazon");

/** A part with a cache hint, or without one. */
const hinted = <T extends object>(part: fc.Arbitrary<T>): fc.Arbitrary<T & { readonly cache?: CacheTtl }> =>
  fc
    .tuple(part, fc.option(fc.constantFrom<CacheTtl>("5m", "1h"), { nil: undefined, freq: 3 }))
    .map(([made, cache]) => (cache === undefined ? made : { ...made, cache }));

/** JSON texts of objects, some with numbers that no double holds. */
export const objectText: fc.Arbitrary<string> = fc.oneof(
  fc.dictionary(word, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }).map((object) => JSON.stringify(object)),
  fc.constantFrom('{"id":9007199254740993}', '{"deep":[{"id":-123456789012345678901234567890}]}'),
);

const schema: fc.Arbitrary<JsonObject> = fc
  .tuple(
    fc.dictionary(fc.constantFrom("title", "description"), word),
    fc.dictionary(
      word.filter((name) => name !== "__proto__"),
      fc.constant({ type: "string" }),
      { maxKeys: 2 },
    ),
  )
  .map(([said, properties]) => ({ type: "object", ...said, properties }));

const text = hinted(
  fc.record({ type: fc.constant("text" as const), text: fc.oneof({ weight: 9, arbitrary: word }, fc.constant("")) }),
);

const contentPart: fc.Arbitrary<ContentPart> = fc.oneof(
  { weight: 4, arbitrary: text },
  hinted(
    fc.record({
      type: fc.constant("image" as const),
      url: fc.webUrl(),
      detail: nullable(fc.constantFrom("low", "high")),
    }),
  ),
  hinted(
    fc.record({
      type: fc.constant("image-data" as const),
      data,
      mediaType: fc.constantFrom("image/png", "image/webp"),
    }),
  ),
  hinted(fc.record({ type: fc.constant("document" as const), url: fc.webUrl(), name: nullable(word) })),
  hinted(
    fc.record({
      type: fc.constant("document-data" as const),
      data,
      mediaType: fc.constantFrom("application/pdf", "text/csv"),
      name: nullable(word),
    }),
  ),
  hinted(
    fc.record({
      type: fc.constant("document-data" as const),
      data: word.map((words) => Buffer.from(words).toString("base64")),
      mediaType: fc.constant("text/plain"),
      name: nullable(word),
    }),
  ),
  fc.record({ type: fc.constant("audio-data" as const), data, format: fc.constantFrom("wav", "mp3", "flac") }),
);

const thought: fc.Arbitrary<AssistantPart> = fc
  .record({ text: nullable(word), signature: nullable(word), data: nullable(word), from: nullable(origin) })
  .map(({ text: words, signature, data: hidden, from }) => ({
    type: "reasoning",
    text: words,
    signature,
    data: signature === null ? hidden : null,
    ...(from !== null && (signature !== null || hidden !== null) && { origin: from }),
  }));

const assistantPart: fc.Arbitrary<AssistantPart> = fc.oneof(
  text,
  word.map((said) => ({ type: "refusal", text: said }) as const),
  thought,
  hinted(
    fc.record({
      type: fc.constant("tool-call" as const),
      id: word,
      name: word,
      arguments: fc.oneof({ weight: 9, arbitrary: objectText }, fc.string()),
    }),
  ),
);

const message: fc.Arbitrary<CanonicalMessage> = fc.oneof(
  hinted(fc.record({ role: fc.constant("system" as const), text: word })),
  fc.record({ role: fc.constant("user" as const), content: fc.array(contentPart, { minLength: 1, maxLength: 3 }) }),
  fc.record({
    role: fc.constant("assistant" as const),
    content: fc.array(assistantPart, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    role: fc.constant("tool" as const),
    toolCallId: word,
    content: fc.array(contentPart, { minLength: 1, maxLength: 3 }),
    isError: fc.boolean(),
  }),
);

const tool = hinted(
  fc.record({ name: word, description: nullable(word), parameters: schema, strict: nullable(fc.boolean()) }),
);
const count = fc.nat();
const share = fc.double({ min: 0, max: 2, noNaN: true }).map((value) => value + 0);

/** A setting that is mostly left unsaid, so that most requests have few of them. */
const rarely = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });

/** Anything that a canonical request may be, whether or not any dialect has a place for it. */
export const anyRequest: fc.Arbitrary<CanonicalRequest> = fc.record({
  // A conversation begins with what somebody asks and does not end with the model's own words.
  messages: fc
    .tuple(fc.array(message, { maxLength: 6 }), fc.array(contentPart, { minLength: 1, maxLength: 2 }))
    .map(([messages, content]): readonly CanonicalMessage[] => [...messages, { role: "user", content }]),
  tools: fc.oneof(fc.constant([]), fc.array(tool, { maxLength: 3 })),
  toolChoice: rarely(
    fc.oneof(fc.constantFrom("auto" as const, "none" as const, "required" as const), fc.record({ name: word })),
  ),
  parallelToolCalls: rarely(fc.boolean()),
  responseFormat: rarely(
    fc.oneof(
      fc.constantFrom({ type: "text" as const }, { type: "json" as const }),
      fc.record({ type: fc.constant("json-schema" as const), name: word, schema, strict: nullable(fc.boolean()) }),
    ),
  ),
  maxTokens: rarely(count),
  temperature: rarely(share),
  topP: rarely(share),
  topK: rarely(count),
  stop: fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, fc.array(word, { maxLength: 4 })),
  seed: rarely(count),
  presencePenalty: rarely(share),
  frequencyPenalty: rarely(share),
  reasoningEffort: rarely(fc.constantFrom("none", "minimal", "low", "medium", "high", "xhigh")),
  reasoningTokens: rarely(fc.nat({ max: 100_000 })),
  verbosity: rarely(fc.constantFrom("low", "medium", "high")),
  topLogprobs: rarely(fc.nat({ max: 20 })),
  serviceTier: rarely(fc.constantFrom("default", "flex", "priority")),
  user: rarely(word),
  // It speaks to Rollward, so no dialect reads it.
  metadata: fc.constant(null),
});

const logprob = fc.record({
  token: word,
  logprob: fc.double({ max: 0, noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  bytes: nullable(fc.array(fc.nat({ max: 255 }), { maxLength: 4 })),
});

const logprobs: fc.Arbitrary<CallEvent> = fc
  .array(fc.tuple(logprob, fc.array(logprob, { maxLength: 2 })), { minLength: 1, maxLength: 3 })
  .map((tokens) => ({ type: "logprobs", tokens: tokens.map(([token, top]) => ({ ...token, top })) }));

const saidEvents: fc.Arbitrary<readonly CallEvent[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: word.map((said): CallEvent => ({ type: "text-delta", text: said })) },
    { weight: 1, arbitrary: word.map((said): CallEvent => ({ type: "refusal-delta", text: said })) },
    { weight: 1, arbitrary: logprobs },
  ),
  { maxLength: 5 },
);

const thoughtEvents: fc.Arbitrary<readonly CallEvent[]> = fc
  .record({ deltas: fc.array(word, { maxLength: 3 }), signature: nullable(word), data: nullable(word), from: origin })
  .map(({ deltas, signature, data: hidden, from }) => {
    const isOpaque = signature !== null || hidden !== null;
    const opaque = { signature, data: signature === null ? hidden : null, ...(isOpaque && { origin: from }) };
    // What Anthropic redacts has no words.
    const isMute = from === "anthropic" && opaque.data !== null;
    const spoken = (isMute ? [] : deltas).map((said): CallEvent => ({ type: "reasoning-delta", text: said }));
    return spoken.length === 0 && !isOpaque ? [] : [...spoken, { type: "reasoning-end", ...opaque }];
  });

const callEvents: fc.Arbitrary<readonly CallEvent[]> = fc
  .array(fc.tuple(word, word, objectText, fc.nat()), { maxLength: 3 })
  .map((calls) =>
    calls.flatMap(([id, name, given, cut], index): readonly CallEvent[] => {
      const at = cut % (given.length + 1);
      const pieces = [given.slice(0, at), given.slice(at)].filter((piece) => piece !== "");
      return [
        { type: "tool-call-start", index, id, name },
        ...pieces.map((argumentsDelta): CallEvent => ({ type: "tool-call-delta", index, argumentsDelta })),
      ];
    }),
  );

const tokens = fc.nat({ max: 1_000_000 });

/** Anything that the events of a whole answer may be: thoughts, words, calls, counts and an end, in this order or mixed. */
export const anyAnswer: fc.Arbitrary<readonly CallEvent[]> = fc
  .record({
    parts: fc.array(fc.oneof(thoughtEvents, saidEvents), { maxLength: 4 }),
    calls: callEvents,
    usage: nullable(
      fc.record({ input: tokens, cachedInput: tokens, cacheWrite: tokens, output: tokens, reasoning: tokens }),
    ),
    finishReason: fc.constantFrom<FinishReason>("stop", "length", "content_filter", "other"),
    stopSequence: fc.option(word, { nil: undefined }),
  })
  .map(({ parts, calls, usage, finishReason, stopSequence }): readonly CallEvent[] => [
    { type: "answer-start", id: "made-1", model: "m-1" },
    ...parts.flat(),
    ...calls,
    ...(usage === null ? [] : [{ type: "usage", usage } as const]),
    {
      type: "end",
      finishReason: calls.length > 0 && finishReason === "stop" ? "tool_calls" : finishReason,
      ...(stopSequence !== undefined && finishReason === "stop" && calls.length === 0 && { stopSequence }),
    },
  ]);
