import { describe, expect, test } from "vitest";
import type { CallEvent } from "../../../domain/call/canonical.ts";
import { openAiResponses } from "./index.ts";

const EVENTS: readonly CallEvent[] = [
  { type: "answer-start", id: "resp_call_1", model: "m" },
  { type: "reasoning-delta", text: "Hm." },
  { type: "reasoning-end", signature: "s", data: null },
  { type: "text-delta", text: "Hé" },
  { type: "text-delta", text: "llo" },
  { type: "tool-call-start", index: 0, id: "call_a", name: "look" },
  { type: "tool-call-delta", index: 0, argumentsDelta: '{"a":1}' },
  { type: "usage", usage: { input: 3, cachedInput: 2, cacheWrite: 1, output: 4, reasoning: 5 } },
  { type: "end", finishReason: "tool_calls" },
];

describe("an answer written and read again", () => {
  test("loses nothing as a stream, however it is cut", () => {
    const encoder = openAiResponses.encoder({ stream: true, usageInStream: true }, "call_1", 0);
    const bytes = Buffer.concat([...EVENTS.map((event) => encoder.push(event)), encoder.end()]);
    const reader = openAiResponses.eventReader(true);
    const read = [...bytes].flatMap((byte) => reader.push(Buffer.from([byte])));
    const starts = { type: "answer-start", id: "resp_call_1" };
    expect(read[0]).toMatchObject(starts);
    expect([...read.slice(1), ...reader.end()]).toEqual(EVENTS.slice(1));
  });

  test("loses nothing as one document", () => {
    const encoder = openAiResponses.encoder({ stream: false, usageInStream: true }, "call_1", 0);
    for (const event of EVENTS) encoder.push(event);
    const reader = openAiResponses.eventReader(false);
    reader.push(encoder.end());
    const [reasoning, opaque, ...rest] = reader.end().slice(1);
    expect([reasoning, opaque]).toEqual(EVENTS.slice(1, 3));
    expect(rest).toEqual([{ type: "text-delta", text: "Héllo" }, ...EVENTS.slice(5)]);
  });
});
