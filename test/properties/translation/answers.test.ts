import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CallEvent } from "../../../src/domain/call/canonical.ts";
import { anthropicMessages } from "../../../src/http/dialects/anthropic-messages/index.ts";
import { openAiChat } from "../../../src/http/dialects/openai-chat/index.ts";
import { openAiResponses } from "../../../src/http/dialects/openai-responses/index.ts";
import type { AnswerForm, Dialect } from "../../../src/ports/dialect.ts";
import { anyAnswer } from "./arbitraries.ts";
import { gist, tokensIn } from "./as-told.ts";

/** The form also tells the encoder of Responses that log-probabilities were asked for. */
const formOf = (stream: boolean): AnswerForm & { readonly logprobs: boolean } => ({
  stream,
  usageInStream: true,
  logprobs: true,
});

/** Writes an answer for a client of the dialect and reads it again, cut at `cuts`. */
function passed(
  dialect: Dialect,
  stream: boolean,
  { events, cuts }: { readonly events: readonly CallEvent[]; readonly cuts: readonly number[] },
): readonly CallEvent[] {
  const encoder = dialect.encoder(formOf(stream), "call_01", 0);
  const bytes = Buffer.concat([...events.map((event) => encoder.push(event)), encoder.end()]);
  expect(encoder.facts.fault).toBeNull();
  const reader = dialect.eventReader(stream);
  const read: CallEvent[] = [];
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  for (const [index, end] of [...ends, bytes.length].entries()) {
    read.push(...reader.push(bytes.subarray(ends[index - 1] ?? 0, end)));
  }
  read.push(...reader.end());
  expect(reader.fault).toBeNull();
  return read;
}

const kinds = (...types: readonly CallEvent["type"][]): ((event: CallEvent) => boolean) => {
  const known = new Set<string>(types);
  return ({ type }) => !known.has(type);
};

/** What a dialect has no words for, and what it says in others'. */
function asSaid(dialect: Dialect, stream: boolean, events: readonly CallEvent[]): readonly CallEvent[] {
  const heard = events.filter(kinds("answer-start", "logprobs"));
  if (dialect.name === "anthropic-messages") return inMessages(heard);
  const ended = heard.map((event): CallEvent => {
    if (event.type !== "end") return event;
    // Neither has a word for `other` or for the text at which the model stopped.
    const known = event.finishReason === "other" ? "stop" : event.finishReason;
    return { type: "end", finishReason: known === "stop" && hasCalls(heard) ? "tool_calls" : known };
  });
  return dialect.name === "openai-chat" ? inChat(ended, stream) : inResponses(ended);
}

const hasCalls = (events: readonly CallEvent[]): boolean => events.some(({ type }) => type === "tool-call-start");

const UNCOUNTED = { input: 0, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 };

/** A refusal is text there, with the reason that says so; counts are always told; `other` has no word. */
function inMessages(events: readonly CallEvent[]): readonly CallEvent[] {
  const refused = events.some(({ type }) => type === "refusal-delta");
  const isCounted = events.some(({ type }) => type === "usage");
  const counted: readonly CallEvent[] = isCounted
    ? events
    : events.flatMap((event): readonly CallEvent[] =>
        event.type === "end" ? [{ type: "usage", usage: UNCOUNTED }, event] : [event],
      );
  return counted.map((event): CallEvent => {
    if (event.type === "refusal-delta") return { type: "text-delta", text: event.text };
    if (event.type !== "end") return event;
    if (event.finishReason === "stop" && refused) return { type: "end", finishReason: "content_filter" };
    return event.finishReason === "other" ? { ...event, finishReason: "stop" } : event;
  });
}

/** One whole message has its thoughts, its text, its refusal and its calls, each in one place. */
function inChat(events: readonly CallEvent[], stream: boolean): readonly CallEvent[] {
  const opaque = events.filter(
    (event) => event.type !== "reasoning-end" || event.signature !== null || event.data !== null,
  );
  if (stream) return opaque;
  const order = ["reasoning-delta", "reasoning-end", "text-delta", "refusal-delta", "tool-call-start", "usage", "end"];
  const place = ({ type }: CallEvent): number => order.indexOf(type === "tool-call-delta" ? "tool-call-start" : type);
  return opaque.toSorted((a, b) => place(a) - place(b));
}

/** Reasoning is an item, and an item always ends. */
const inResponses = (events: readonly CallEvent[]): readonly CallEvent[] => events;

const DIALECTS = [openAiChat, openAiResponses, anthropicMessages];
const FORMS = DIALECTS.flatMap((dialect) => [
  { dialect, name: dialect.name, form: "streamed", stream: true },
  { dialect, name: dialect.name, form: "whole", stream: false },
]);

describe.each(FORMS)("an answer in $name, $form,", ({ dialect, stream }) => {
  it("says the same when it is read again, wherever the network cuts it", () => {
    fc.assert(
      fc.property(anyAnswer, fc.array(fc.nat(), { maxLength: 5 }), (events, cuts) => {
        const read = passed(dialect, stream, { events, cuts });
        expect(read[0]).toMatchObject({ type: "answer-start", model: "m-1" });
        // The counts that a stream begins with are told again at its end.
        const last = read.findLastIndex(({ type }) => type === "usage");
        const rest = read.filter(({ type }, index) => type !== "logprobs" && (type !== "usage" || index === last));
        expect(gist(rest.slice(1))).toEqual(gist(asSaid(dialect, stream, events)));
        if (dialect.name !== "anthropic-messages") expect(tokensIn(read)).toEqual(tokensIn(events));
      }),
      { numRuns: 300 },
    );
  });
});
