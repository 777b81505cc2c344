import { readFileSync, readdirSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CallEvent, FinishReason } from "../../src/domain/call/canonical.ts";
import { RollwardError } from "../../src/domain/errors.ts";
import { anthropicMessages } from "../../src/http/dialects/anthropic-messages/index.ts";
import type { AnswerFacts, AnswerReader, EventReader } from "../../src/ports/dialect.ts";

const STREAMS = new URL("../golden/anthropic/streams/", import.meta.url);

/** The recorded streams of the golden cases. */
const recordings = readdirSync(STREAMS)
  .filter((file) => file.endsWith(".sse"))
  .map((file) => readFileSync(new URL(file, STREAMS)));

const FORM = { stream: true, usageInStream: true };

interface Read {
  readonly bytes: string;
  readonly facts: AnswerFacts;
}

function readInPieces(reader: AnswerReader, pieces: readonly Buffer[]): Read {
  const passed = pieces.map((piece) => reader.push(piece));
  return { bytes: Buffer.concat([...passed, reader.end()]).toString("latin1"), facts: { ...reader.facts } };
}

const eventsInPieces = (reader: EventReader, pieces: readonly Buffer[]) => ({
  events: [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()],
  fault: reader.fault,
});

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b);
  return [0, ...places].map((start, index) => bytes.subarray(start, places[index] ?? bytes.length));
}

describe("reading a stream of the Messages API", () => {
  it("gives the same bytes, facts and events however the network cuts it", () => {
    fc.assert(
      fc.property(fc.constantFrom(...recordings), fc.array(fc.nat(), { maxLength: 60 }), (bytes, cuts) => {
        const pieces = cutAt(bytes, cuts);
        const whole = readInPieces(anthropicMessages.reader(FORM), [bytes]);
        expect(readInPieces(anthropicMessages.reader(FORM), pieces)).toEqual(whole);
        const events = eventsInPieces(anthropicMessages.eventReader(true), [bytes]);
        expect(eventsInPieces(anthropicMessages.eventReader(true), pieces)).toEqual(events);
      }),
      { numRuns: 300 },
    );
  });

  it("hands on what came or nothing, and never throws", () => {
    const line = fc.oneof(
      fc.constantFrom("", ": ping", "event: error", 'data: {"type":"message_stop"}', "retry: 1"),
      fc.json().map((json) => `data: ${json}`),
    );
    const stream = fc.array(line).map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(fc.oneof(stream, fc.string({ unit: "binary" })), (given) => {
        const { bytes } = readInPieces(anthropicMessages.reader(FORM), [Buffer.from(given)]);
        expect(Buffer.from(given).toString("latin1").startsWith(bytes)).toBe(true);
        eventsInPieces(anthropicMessages.eventReader(true), [Buffer.from(given)]);
      }),
    );
  });
});

describe("reading a whole message", () => {
  it("gives the bytes that came, or a fault, and never throws", () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.json().map((json) => Buffer.from(json)),
      fc.json().map((json) => Buffer.from(`{"type":"message","content":[${json}],"stop_reason":"end_turn"}`)),
    );
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(), { maxLength: 5 }), (given, cuts) => {
        const answer = Buffer.from(given);
        const pieces = cutAt(answer, cuts);
        const read = readInPieces(anthropicMessages.reader({ stream: false, usageInStream: true }), pieces);
        expect(read.bytes).toBe(read.facts.fault === null ? answer.toString("latin1") : "");
        const { fault } = eventsInPieces(anthropicMessages.eventReader(false), pieces);
        expect(fault).toEqual(read.facts.fault);
      }),
    );
  });
});

const words = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
const toolArguments = fc.dictionary(words, fc.jsonValue(), { maxKeys: 3 }).map((input) => JSON.stringify(input));

describe("a request", () => {
  it("of any form is read or refused with an error of the table", () => {
    fc.assert(
      fc.property(
        fc.object({ key: fc.constantFrom("messages", "role", "content", "type", "tools", "system", "text", "x") }),
        (body) => {
          const text = JSON.stringify({ model: "m", messages: [{ role: "user", content: "hi" }], ...body });
          try {
            const { body: read } = anthropicMessages.read(Buffer.from(text));
            anthropicMessages.fromCanonical(anthropicMessages.toCanonical(read, "p"), {
              provider: "p",
              model: "claude-opus-5-5",
              stream: false,
              reportsStreamUsage: true,
            });
          } catch (error) {
            expect(error).toBeInstanceOf(RollwardError);
            expect((error as RollwardError).code).not.toBe("internal");
          }
        },
      ),
    );
  });
});

const tokens = fc.nat({ max: 1_000_000 });

const said: fc.Arbitrary<readonly CallEvent[]> = fc
  .array(
    fc.oneof(
      fc
        .array(words, { minLength: 1, maxLength: 3 })
        .map((texts) => texts.map((text): CallEvent => ({ type: "text-delta", text }))),
      fc
        .tuple(fc.array(words, { minLength: 1, maxLength: 3 }), words)
        .map(([texts, signature]): readonly CallEvent[] => [
          ...texts.map((text): CallEvent => ({ type: "reasoning-delta", text })),
          { type: "reasoning-end", signature, data: null, origin: "anthropic" },
        ]),
      words.map((data): readonly CallEvent[] => [
        { type: "reasoning-end", signature: null, data, origin: "anthropic" },
      ]),
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.flat());

const call = (index: number): fc.Arbitrary<readonly CallEvent[]> =>
  fc.tuple(words, words, toolArguments, fc.nat()).map(([id, called, text, cut]) => {
    const at = cut % (text.length + 1);
    const pieces = [text.slice(0, at), text.slice(at)].filter((piece) => piece !== "");
    return [
      { type: "tool-call-start", index, id, name: called },
      ...pieces.map((argumentsDelta): CallEvent => ({ type: "tool-call-delta", index, argumentsDelta })),
    ];
  });

/** Events of several calls, each in its order, otherwise as the draws have it. */
function interleaved(lists: readonly (readonly CallEvent[])[], draws: readonly number[]): readonly CallEvent[] {
  const left = lists.map((list) => [...list]);
  const mixed: CallEvent[] = [];
  for (const draw of draws) {
    const next = left[draw % left.length]?.shift();
    if (next !== undefined) mixed.push(next);
  }
  return [...mixed, ...left.flat()];
}

const answer = fc
  .record({
    said,
    calls: fc.tuple(call(0), call(1), call(2)),
    callCount: fc.nat({ max: 3 }),
    draws: fc.array(fc.nat({ max: 2 }), { maxLength: 9 }),
    usage: fc.record({ input: tokens, cachedInput: tokens, cacheWrite: tokens, output: tokens, reasoning: tokens }),
    finishReason: fc.constantFrom<FinishReason>("stop", "length", "tool_calls", "content_filter"),
  })
  .map(({ said: spoken, calls, callCount, draws, usage, finishReason }): readonly CallEvent[] => [
    { type: "answer-start", id: "chatcmpl-1", model: "m-1" },
    ...spoken,
    // Each call begins before the next one does; their arguments may come mixed.
    ...calls.slice(0, callCount).map(([start]) => start as CallEvent),
    ...interleaved(
      calls.slice(0, callCount).map((events) => events.slice(1)),
      callCount === 0 ? [] : draws,
    ),
    { type: "usage", usage },
    { type: "end", finishReason },
  ]);

const inOrder = answer.map((events) =>
  events.toSorted((a, b) => ("index" in a && "index" in b ? a.index - b.index : 0)),
);

/** What a person gets of the events: runs of text and thought, whole calls. */
function told(events: readonly CallEvent[]): readonly unknown[] {
  const parts: { kind: string; text: string; more?: unknown }[] = [];
  for (const event of events) {
    const last = parts.at(-1);
    if (event.type === "text-delta" || event.type === "reasoning-delta") {
      if (last?.kind === event.type) last.text += event.text;
      else parts.push({ kind: event.type, text: event.text });
    } else if (event.type === "reasoning-end") parts.push({ kind: event.type, text: "", more: event });
    else if (event.type === "tool-call-start") parts.push({ kind: `call ${event.index}`, text: "", more: event });
    else if (event.type === "tool-call-delta") {
      const open = parts.find(({ kind }) => kind === `call ${event.index}`);
      if (open !== undefined) open.text += event.argumentsDelta;
    }
  }
  return parts;
}

describe.each([
  { form: "streamed", stream: true },
  { form: "whole", stream: false },
])("an answer, $form,", ({ stream }) => {
  it("is the same after it was written in the Messages API and read again", () => {
    fc.assert(
      fc.property(fc.oneof(answer, inOrder), (events) => {
        const encoder = anthropicMessages.encoder({ stream, usageInStream: true }, "call_01", 0);
        const bytes = Buffer.concat([...events.map((event) => encoder.push(event)), encoder.end()]);
        const read = eventsInPieces(anthropicMessages.eventReader(stream), [bytes]);
        expect(read.fault).toBeNull();
        expect(told(read.events)).toEqual(told(events));
        expect(read.events[0]).toMatchObject({ type: "answer-start", model: "m-1" });
        expect(read.events.findLast(({ type }) => type === "usage")).toEqual(events.at(-2));
        expect(read.events.at(-1)).toEqual(events.at(-1));
        const passed = readInPieces(anthropicMessages.reader({ stream, usageInStream: true }), [bytes]);
        const { usage, finishReason, model } = encoder.facts;
        expect(passed).toMatchObject({
          bytes: bytes.toString("latin1"),
          facts: { usage, finishReason, model, fault: null },
        });
      }),
      { numRuns: 200 },
    );
  });
});
