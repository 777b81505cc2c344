import { readFileSync, readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AnswerSummary } from "../../domain/answer/answer.ts";
import { NO_TERMS } from "../../domain/answer/answer-terms.ts";
import { DEFAULT_ACTIONS } from "../../domain/answer/checks-policy.ts";
import { findInAnswer } from "../../domain/answer/find-in-answer.ts";
import { SchemaCache } from "../../domain/answer/schema/schema-cache.ts";
import { anthropicMessages } from "../../http/dialects/anthropic-messages/index.ts";
import { openAiChat } from "../../http/dialects/openai-chat/index.ts";
import { openAiResponses } from "../../http/dialects/openai-responses/index.ts";
import type { CallEvent } from "../../domain/call/canonical.ts";
import type { Dialect } from "../../ports/dialect.ts";
import { plainFindings } from "../find-in-call.ts";
import { answerOf } from "./examine.ts";

const GOLDEN = new URL("../../../test/golden/anthropic/answers/", import.meta.url);
const NAMES = readdirSync(GOLDEN)
  .filter((file) => file.endsWith(".events.json"))
  .map((file) => file.slice(0, -".events.json".length));

const eventsOf = (name: string): readonly CallEvent[] =>
  (JSON.parse(readFileSync(new URL(`${name}.events.json`, GOLDEN), "utf8")) as { events: readonly CallEvent[] }).events;

const FORM = { stream: true, usageInStream: true };

/** The events as an answer in a dialect, streamed or whole. */
function written(dialect: Dialect, stream: boolean, events: readonly CallEvent[]): Buffer {
  const encoder = dialect.encoder({ ...FORM, stream }, "call_1", 0);
  return Buffer.concat([...events.map((event) => encoder.push(event)), encoder.end()]);
}

const kinds = (answer: AnswerSummary | null): readonly string[] =>
  answer === null
    ? ["unread"]
    : findInAnswer(answer, { ...NO_TERMS, schemas: new SchemaCache() }, DEFAULT_ACTIONS).map(({ check }) => check);

const CASES = [anthropicMessages, openAiChat, openAiResponses].flatMap((dialect) =>
  [false, true].map((stream) => ({ dialect, name: dialect.name, stream })),
);

describe.each(CASES)("an answer in $name, streamed: $stream", ({ dialect, stream }) => {
  test.each(NAMES)("says of itself while it passes what a second reading finds: %s", (name) => {
    const bytes = written(dialect, stream, eventsOf(name));
    const reader = dialect.reader({ ...FORM, stream });
    reader.push(bytes);
    reader.end();
    const plain = plainFindings(reader.facts, DEFAULT_ACTIONS).map(({ check }) => check);
    expect(plain).toEqual(kinds(answerOf(dialect, stream, [bytes])));
  });

  test("reads the same however its bytes were cut", () => {
    const bytes = written(dialect, stream, eventsOf("mixed-tool-calls"));
    const whole = answerOf(dialect, stream, [bytes]);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        expect(answerOf(dialect, stream, chunks)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
    expect(whole?.toolCalls.length).toBeGreaterThan(0);
  });

  test("that is none is not read, and nothing fails", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (chunks) => {
        const answer = answerOf(
          dialect,
          stream,
          chunks.map((chunk) => Buffer.from(chunk)),
        );
        expect(answer === null || answer.finishReason === null).toBe(true);
      }),
    );
  });
});
