import fc from "fast-check";
import { expect, test } from "vitest";
import type { CallEvent } from "../call/canonical.ts";
import { summarise } from "./answer.ts";

const word = fc.string({ maxLength: 8 });

/** A text in any pieces. */
const pieces = fc.array(word, { maxLength: 6 });

const calls = fc.array(fc.record({ name: word, arguments: pieces }), { maxLength: 3 });

test("it puts together what came in pieces, whatever the pieces", () => {
  fc.assert(
    fc.property(pieces, calls, fc.boolean(), (text, made, isInterleaved) => {
      const said: CallEvent[] = text.map((part) => ({ type: "text-delta", text: part }));
      const starts = made.map(({ name }, index): CallEvent => ({
        type: "tool-call-start",
        index,
        id: `t${index}`,
        name,
      }));
      const parts = made.flatMap(({ arguments: given }, index) =>
        given.map((argumentsDelta): CallEvent => ({ type: "tool-call-delta", index, argumentsDelta })),
      );
      const end: CallEvent = { type: "end", finishReason: "stop" };
      const events = isInterleaved ? [...starts, ...said, ...parts, end] : [...said, ...starts, ...parts, end];
      const answer = summarise(events);
      expect(answer.text).toBe(text.join(""));
      expect(answer.toolCalls).toEqual(
        made.map(({ name, arguments: given }, index) => ({ id: `t${index}`, name, arguments: given.join("") })),
      );
      expect(answer.finishReason).toBe("stop");
    }),
  );
});

test("an answer that never ended has no finish reason, and what the model thought is none of its text", () => {
  const answer = summarise([
    { type: "reasoning-delta", text: "hm" },
    { type: "text-delta", text: "Yes" },
    { type: "refusal-delta", text: "No" },
  ]);
  expect(answer).toMatchObject({ text: "Yes", refusal: "No", finishReason: null, logprobs: null, usage: null });
});
