import { readFileSync, readdirSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CallEvent, FinishReason } from "../../src/domain/call/canonical.ts";
import { RollwardError } from "../../src/domain/errors.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { openAiChat } from "../../src/http/dialects/openai-chat/index.ts";
import type { AnswerEncoder, AnswerFacts, AnswerReader } from "../../src/ports/dialect.ts";

const STREAMS = new URL("../golden/dialect/streams/", import.meta.url);

/** The recorded streams of the golden cases, with the form in which each was asked for. */
const recordings = readdirSync(STREAMS)
  .filter((file) => file.endsWith(".sse"))
  .map((file) => {
    const golden = JSON.parse(readFileSync(new URL(file.replace(".sse", ".json"), STREAMS), "utf8")) as {
      readonly usageInStream: boolean;
    };
    return { bytes: readFileSync(new URL(file, STREAMS)), form: { stream: true, usageInStream: golden.usageInStream } };
  });

interface Read {
  readonly bytes: string;
  readonly facts: AnswerFacts;
}

function readInPieces(reader: AnswerReader, pieces: readonly Buffer[]): Read {
  const passed = pieces.map((piece) => reader.push(piece));
  return { bytes: Buffer.concat([...passed, reader.end()]).toString("latin1"), facts: { ...reader.facts } };
}

const data = fc
  .oneof(fc.json(), fc.string({ unit: "grapheme" }), fc.constant('{"choices":[]}'))
  .map((text) => `data: ${text.replaceAll(/[\r\n]/g, "")}`);

/** Lines with their ends; the last may have none. */
const linesOf = (text: string): string[] => text.split(/(?<=\n)/).filter((line) => line !== "");

/** The data of each event but the sentinel's. */
const datasOf = (stream: string): string[] =>
  stream
    .split("\n\n")
    .map((event) => linesOf(event).filter((line) => line.startsWith("data: ")))
    .map((lines) => lines.map((line) => line.slice(6)).join(""))
    .filter((text) => text !== "" && text.trimEnd() !== "[DONE]");

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b);
  return [0, ...places].map((start, index) => bytes.subarray(start, places[index] ?? bytes.length));
}

describe("reading a stream", () => {
  it("gives the same bytes and facts however the network cuts it", () => {
    fc.assert(
      fc.property(fc.constantFrom(...recordings), fc.array(fc.nat(), { maxLength: 60 }), ({ bytes, form }, cuts) => {
        const whole = readInPieces(openAiChat.reader(form), [bytes]);
        expect(readInPieces(openAiChat.reader(form), cutAt(bytes, cuts))).toEqual(whole);
      }),
      { numRuns: 400 },
    );
  });

  it("gives the same bytes and facts byte by byte", () => {
    for (const { bytes, form } of recordings) {
      const single = Array.from(bytes, (byte) => Buffer.of(byte));
      const whole = readInPieces(openAiChat.reader(form), [bytes]);
      expect(readInPieces(openAiChat.reader(form), single)).toEqual(whole);
    }
  });

  it("hands on lines that came, in their order, none of its own and no malformed event", () => {
    const line = fc.oneof(fc.constantFrom("", "data: [DONE]", ": ping", "event: error", "retry: 1"), data);
    const stream = fc.array(line).map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(stream, fc.boolean(), (given, usageInStream) => {
        const { bytes } = readInPieces(openAiChat.reader({ stream: true, usageInStream }), [Buffer.from(given)]);
        const passed = Buffer.from(bytes, "latin1").toString();
        const left = linesOf(given);
        expect(linesOf(passed).every((line) => left.splice(0, left.indexOf(line) + 1).length > 0)).toBe(true);
        for (const text of datasOf(passed)) expect(JSON.parse(text)).toBeTypeOf("object");
      }),
    );
  });
});

describe("reading a whole answer", () => {
  it("gives the bytes that came, or a fault, and never throws", () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.json().map((json) => Buffer.from(json)),
    );
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(), { maxLength: 5 }), (given, cuts) => {
        const answer = Buffer.from(given);
        const read = readInPieces(openAiChat.reader({ stream: false, usageInStream: false }), cutAt(answer, cuts));
        expect(read.bytes).toBe(read.facts.fault === null ? answer.toString("latin1") : "");
      }),
    );
  });
});

const text = fc.string({ unit: "binary", maxLength: 20 });
const tokens = fc.nat({ max: 1_000_000 });

const toolCall = (index: number): fc.Arbitrary<readonly CallEvent[]> =>
  fc
    .tuple(text, text, fc.array(text, { maxLength: 4 }))
    .map(([id, name, deltas]) => [
      { type: "tool-call-start", index, id, name },
      ...deltas.map((argumentsDelta): CallEvent => ({ type: "tool-call-delta", index, argumentsDelta })),
    ]);

const said: fc.Arbitrary<readonly CallEvent[]> = fc.array(
  fc.oneof(
    text.map((text): CallEvent => ({ type: "text-delta", text })),
    text.map((text): CallEvent => ({ type: "refusal-delta", text })),
    text.map((text): CallEvent => ({ type: "reasoning-delta", text })),
  ),
);

const answer = fc
  .record({
    model: text.filter((name) => name !== ""),
    said,
    calls: fc.tuple(toolCall(0), toolCall(1), toolCall(2)),
    callCount: fc.nat({ max: 3 }),
    usage: fc.record({ input: tokens, cachedInput: tokens, cacheWrite: tokens, output: tokens, reasoning: tokens }),
    finishReason: fc.constantFrom<FinishReason>("stop", "length", "tool_calls", "content_filter", "other"),
  })
  .map(({ model, said: words, calls, callCount, usage, finishReason }): readonly CallEvent[] => [
    { type: "answer-start", id: "msg_01", model },
    ...words,
    ...calls.slice(0, callCount).flat(),
    { type: "usage", usage },
    { type: "end", finishReason },
  ]);

/** What a client makes of the chunks of a stream or of a whole answer. */
interface Message {
  content: string;
  refusal: string;
  readonly calls: { id: string; name: string; arguments: string }[];
}

interface Delta {
  readonly content?: string | null;
  readonly refusal?: string | null;
  readonly tool_calls?: readonly { index?: number; id?: string; function?: { name?: string; arguments?: string } }[];
}

function add(message: Message, { content, refusal, tool_calls }: Delta): Message {
  message.content += content ?? "";
  message.refusal += refusal ?? "";
  for (const [position, { index = position, id, function: named }] of (tool_calls ?? []).entries()) {
    message.calls[index] ??= { id: "", name: "", arguments: "" };
    message.calls[index].id += id ?? "";
    message.calls[index].name += named?.name ?? "";
    message.calls[index].arguments += named?.arguments ?? "";
  }
  return message;
}

const nothing = (): Message => ({ content: "", refusal: "", calls: [] });

function expected(events: readonly CallEvent[]): Message {
  const message = nothing();
  for (const event of events) {
    if (event.type === "text-delta") message.content += event.text;
    if (event.type === "refusal-delta") message.refusal += event.text;
    if (event.type === "tool-call-start") message.calls.push({ id: event.id, name: event.name, arguments: "" });
    const last = message.calls.at(-1);
    if (event.type === "tool-call-delta" && last !== undefined) last.arguments += event.argumentsDelta;
  }
  return message;
}

const encoded = (encoder: AnswerEncoder, events: readonly CallEvent[]): Buffer =>
  Buffer.concat([...events.map((event) => encoder.push(event)), encoder.end()]);

type Choices = readonly { readonly delta: Delta; readonly message: Delta }[];

const choicesOf = (json: string): Choices => (JSON.parse(json) as { readonly choices: Choices }).choices;

describe("writing an answer and reading it again", () => {
  it("gives the same text, tool calls, usage and finish reason as a stream", () => {
    fc.assert(
      fc.property(answer, (events) => {
        const form = { stream: true, usageInStream: true };
        const encoder = openAiChat.encoder(form, "call_01", 0);
        const bytes = encoded(encoder, events);
        const read = readInPieces(openAiChat.reader(form), [bytes]);
        const { usage, finishReason, model } = encoder.facts;
        expect(read.facts).toMatchObject({ usage, finishReason, model, fault: null });
        const datas = bytes.toString().split("\n\n").slice(0, -2);
        const message = datas
          .flatMap((data) => choicesOf(data.slice(6)))
          .reduce((sum, { delta }) => add(sum, delta), nothing());
        expect(message).toEqual(expected(events));
      }),
    );
  });

  it("gives the same text, tool calls, usage and finish reason whole", () => {
    fc.assert(
      fc.property(answer, (events) => {
        const encoder = openAiChat.encoder({ stream: false, usageInStream: false }, "call_01", 0);
        const bytes = encoded(encoder, events);
        const read = readInPieces(openAiChat.reader({ stream: false, usageInStream: false }), [bytes]);
        const { usage, finishReason, model } = encoder.facts;
        expect(read.facts).toMatchObject({ usage, finishReason, model, fault: null });
        const message = choicesOf(bytes.toString()).reduce((sum, choice) => add(sum, choice.message), nothing());
        expect(message).toEqual(expected(events));
      }),
    );
  });
});

/** The code of the error that `run` throws, if it is one of the table. */
function outcomeOf(run: () => unknown): string {
  try {
    run();
    return "done";
  } catch (error) {
    if (error instanceof RollwardError) return error.code;
    throw error;
  }
}

interface Conversation {
  readonly before: readonly object[];
  readonly first: string | readonly string[] | null;
  readonly user: string | null;
  readonly later: string;
}

const OUTCOMES = ["done", "malformed_json", "invalid_request", "untranslatable"];

describe("reading a request", () => {
  const names = "model messages stream stream_options tools metadata variables user n temperature role content";
  const member = fc.constantFrom(...names.split(" "));
  const role = fc.constantFrom("system", "user", "assistant", "tool", "function", "wizard");
  const message = fc.dictionary(member, fc.oneof(role, fc.jsonValue()));
  const body = fc
    .record({
      given: fc.dictionary(member, fc.oneof(fc.jsonValue(), fc.array(message))),
      messages: fc.array(message, { minLength: 1 }),
    })
    .map(({ given, messages }) => ({ model: "m", messages, ...given }) as JsonObject);

  it("never throws anything but errors of the table, on any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(OUTCOMES).toContain(outcomeOf(() => openAiChat.read(Buffer.from(bytes))));
      }),
    );
  });

  it("never throws anything but errors of the table, on nearly right bodies", () => {
    fc.assert(
      fc.property(body, fc.nat(), fc.nat({ max: 255 }), (...[given, place, byte]) => {
        const bytes = Buffer.from(JSON.stringify(given));
        expect(OUTCOMES).toContain(outcomeOf(() => openAiChat.read(bytes)));
        bytes[place % bytes.length] = byte;
        expect(OUTCOMES).toContain(outcomeOf(() => openAiChat.read(bytes)));
      }),
    );
  });

  it("never throws anything but errors of the table when it is translated", () => {
    fc.assert(
      fc.property(body, (given) => {
        expect(OUTCOMES).toContain(outcomeOf(() => openAiChat.toCanonical(given, "other")));
      }),
    );
  });

  it("tells two conversations apart by their openings alone", () => {
    const content = fc.constantFrom("", "a", "a\nuser 1 a", ["a"], null);
    const conversation = fc.record({
      before: fc.array(fc.record({ role: fc.constantFrom("system", "developer"), content }), { maxLength: 2 }),
      first: content,
      user: fc.constantFrom(null, "", "a"),
      later: fc.constantFrom("b", "c"),
    });
    const openingOf = ({ before, first, user, later }: Conversation): string | null => {
      const messages = [...before, { role: "user", content: first }, { role: "user", content: later }];
      return openAiChat.read(Buffer.from(JSON.stringify({ model: "m", messages, user }))).opening;
    };
    fc.assert(
      fc.property(conversation, conversation, (one, other) => {
        const same = JSON.stringify({ ...one, later: "" }) === JSON.stringify({ ...other, later: "" });
        expect(openingOf(one) === openingOf(other)).toBe(same);
      }),
      { numRuns: 1_000 },
    );
  });
});
