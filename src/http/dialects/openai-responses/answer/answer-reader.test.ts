import { describe, expect, test } from "vitest";
import { answerReader } from "./answer-reader.ts";

const event = (body: object): Buffer => Buffer.from(`data: ${JSON.stringify(body)}\n\n`);
const added = (type: string): Buffer =>
  event({ type: "response.output_item.added", output_index: 0, item: { type, id: "i" } });

describe("a stream of this API that passes", () => {
  test.each([
    ["message", false],
    ["reasoning", false],
    ["function_call", true],
    ["web_search_call", true],
    ["code_interpreter_call", true],
  ])("has begun with an item of the type %s: %s", (type, begun) => {
    const reader = answerReader(true);
    expect(reader.push(event({ type: "response.created", response: { id: "r", model: "m" } })).length).toBeGreaterThan(
      0,
    );
    expect(reader.facts.begun).toBe(false);
    reader.push(added(type));
    expect(reader.facts.begun).toBe(begun);
  });

  test.each(["response.reasoning_summary_text.delta", "response.reasoning_text.delta"])(
    "has begun with a thought, and said nothing, with %s",
    (type) => {
      const reader = answerReader(true);
      reader.push(Buffer.concat([added("reasoning"), event({ type, output_index: 0, delta: "Hm" })]));
      expect(reader.facts).toMatchObject({ begun: true, onlyThoughts: true });
      reader.push(event({ type: "response.output_text.delta", output_index: 1, delta: "Hello" }));
      expect(reader.facts).toMatchObject({ begun: true, onlyThoughts: false });
    },
  );

  test.each([
    ["a comment", Buffer.from(": alive\n\n")],
    ["an event for it", event({ type: "keepalive", sequence_number: 9 })],
  ])(
    "is kept alive by %s while a tool is at work, or thoughts follow a text, and not in the middle of one",
    (...[, alive]) => {
      const reader = answerReader(true);
      for (const item of ["reasoning", "message"]) reader.push(added(item));
      reader.push(alive);
      expect(reader.facts).toMatchObject({ begun: false });
      reader.push(event({ type: "response.output_text.delta", output_index: 0, delta: "Hello" }));
      const { pieces } = reader.facts;
      expect(reader.push(alive)).toEqual(alive);
      expect(reader.facts.pieces).toBe(pieces);
      for (const item of ["web_search_call", "reasoning"]) {
        reader.push(event({ type: "response.output_text.delta", output_index: 0, delta: "Hello" }));
        reader.push(added(item));
        const working = reader.facts.pieces ?? 0;
        reader.push(alive);
        expect(reader.facts.pieces).toBe(working + 1);
      }
    },
  );

  test("hands on events that nobody here knows", () => {
    const reader = answerReader(true);
    const bytes = Buffer.concat([
      added("web_search_call"),
      event({ type: "response.web_search_call.searching", new: 1 }),
    ]);
    expect(reader.push(bytes)).toEqual(bytes);
    expect(reader.facts).toMatchObject({ fault: null, finishReason: null });
  });

  test.each([
    ["flex", "flex"],
    ["priority", "priority"],
    ["default", undefined],
  ])("says by its tier %s at what price it is paid", (named, tier) => {
    const usage = { input_tokens: 5, output_tokens: 7 };
    const response = { id: "r", model: "m", status: "completed", output: [], usage, service_tier: named };
    const streamed = answerReader(true);
    streamed.push(event({ type: "response.completed", response }));
    const whole = answerReader(false);
    whole.push(Buffer.from(JSON.stringify(response)));
    whole.end();
    for (const { facts } of [streamed, whole]) {
      expect(facts.usage).toMatchObject({ input: 5, output: 7 });
      expect(facts.usage?.tier).toBe(tier);
    }
  });
});
