import { describe, expect, test } from "vitest";
import type { CallEvent } from "../../../../domain/call/canonical.ts";
import { answerEncoder } from "./encoder.ts";
import { eventReader } from "./answer-reader.ts";

type Body = Readonly<Record<string, unknown>>;

const TERMS = { callId: "call_1", createdAt: 0, echo: {}, logprobs: false };

function eventsOf(events: readonly CallEvent[], terms = TERMS): readonly Body[] {
  const encoder = answerEncoder(true, terms);
  const text = Buffer.concat([...events.map((event) => encoder.push(event)), encoder.end()]).toString();
  return text
    .split("\n\n")
    .flatMap((event) => (event === "" ? [] : [JSON.parse(event.slice(event.indexOf("data: ") + 6)) as Body]));
}

const typed = (events: readonly Body[], type: string): readonly Body[] =>
  events.filter((event) => event["type"] === type);

const call = (index: number): readonly CallEvent[] => [
  { type: "tool-call-start", index, id: `c${index}`, name: "look" },
  { type: "tool-call-delta", index, argumentsDelta: "{" },
];

const end = (finishReason: "stop" | "length"): CallEvent => ({ type: "end", finishReason });

describe("an answer that was cut short", () => {
  const statuses = (events: readonly CallEvent[]): readonly unknown[] =>
    typed(eventsOf(events), "response.output_item.done").map(({ item }) => (item as Body)["status"]);

  test("says so of the item that began last", () => {
    expect(statuses([{ type: "text-delta", text: "Hi" }, end("length")])).toEqual(["incomplete"]);
    expect(statuses([{ type: "text-delta", text: "Hi" }, ...call(0), ...call(1), end("length")])).toEqual([
      "completed",
      "completed",
      "incomplete",
    ]);
  });

  test("says it of none when it is whole", () => {
    expect(statuses([{ type: "text-delta", text: "Hi" }, ...call(0), end("stop")])).toEqual(["completed", "completed"]);
  });
});

describe("log-probabilities", () => {
  const token = (text: string) => ({ token: text, logprob: -0.5, bytes: null, top: [] });
  const events: readonly CallEvent[] = [
    { type: "text-delta", text: "Hi" },
    { type: "logprobs", tokens: [token("Hi")] },
    { type: "text-delta", text: " you" },
    { type: "text-delta", text: "!" },
    { type: "logprobs", tokens: [token("!")] },
    end("stop"),
  ];

  test("come in the delta of the text that they belong to", () => {
    const deltas = typed(eventsOf(events, { ...TERMS, logprobs: true }), "response.output_text.delta");
    expect(deltas.map(({ delta, logprobs }) => [delta, (logprobs as readonly Body[]).length])).toEqual([
      ["Hi", 1],
      [" you", 0],
      ["!", 1],
    ]);
  });

  test("are lost by no reader, also where nobody asked for them", () => {
    for (const logprobs of [true, false]) {
      const encoder = answerEncoder(true, { ...TERMS, logprobs });
      const reader = eventReader(true);
      const read = reader.push(Buffer.concat([...events.map((event) => encoder.push(event)), encoder.end()]));
      expect(read.filter(({ type }) => type === "text-delta" || type === "logprobs")).toEqual(events.slice(0, 5));
    }
  });

  test("are whole in the text that is done", () => {
    const [done] = typed(eventsOf(events, { ...TERMS, logprobs: true }), "response.output_text.done");
    expect(done).toMatchObject({ text: "Hi you!", logprobs: [{ token: "Hi" }, { token: "!" }] });
  });

  test("hold no text back that none of them follows", () => {
    const encoder = answerEncoder(true, { ...TERMS, logprobs: true });
    encoder.push({ type: "text-delta", text: "a" });
    expect(encoder.push({ type: "text-delta", text: "b" }).toString()).toContain('"delta":"a"');
    expect(encoder.end().toString()).toContain('"delta":"b"');
  });
});
