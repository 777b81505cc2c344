import { readFileSync, readdirSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CallEvent } from "../../../domain/call/canonical.ts";
import { eventReader } from "./event-reader.ts";

const STREAMS = new URL("../../../../test/golden/dialect/streams/", import.meta.url);

const recordings = readdirSync(STREAMS)
  .filter((file) => file.endsWith(".sse"))
  .map((file) => readFileSync(new URL(file, STREAMS)));

interface Read {
  readonly events: readonly CallEvent[];
  readonly fault: unknown;
}

function readPieces(pieces: readonly Buffer[], stream = true): Read {
  const reader = eventReader(stream);
  const events = pieces.flatMap((piece) => reader.push(piece));
  return { events: [...events, ...reader.end()], fault: reader.fault };
}

const streamOf = (...chunks: readonly object[]): Buffer =>
  Buffer.from(`${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("")}data: [DONE]\n\n`);

const chunk = (delta: object, finish: string | null = null, more: object = {}): object => ({
  id: "chatcmpl-1",
  model: "m",
  choices: [{ index: 0, delta, finish_reason: finish, ...more }],
});

const START: CallEvent = { type: "answer-start", id: "chatcmpl-1", model: "m" };

describe("a chat completion as events", () => {
  it("is the same however the network cuts its stream", () => {
    fc.assert(
      fc.property(fc.constantFrom(...recordings), fc.array(fc.nat(), { maxLength: 40 }), (bytes, cuts) => {
        const places = cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b);
        const pieces = [0, ...places].map((start, index) => bytes.subarray(start, places[index] ?? bytes.length));
        expect(readPieces(pieces)).toEqual(readPieces([bytes]));
      }),
    );
  });

  it("has tool calls that come whole and without numbers apart by their ids", () => {
    const call = (id: string, order: string): object => ({
      tool_calls: [{ id, function: { name: "lookup", arguments: { order } } }],
    });
    expect(
      readPieces([streamOf(chunk(call("a", "7")), chunk(call("b", "8")), chunk({}, "tool_calls"))]).events,
    ).toEqual([
      START,
      { type: "tool-call-start", index: 0, id: "a", name: "lookup" },
      { type: "tool-call-delta", index: 0, argumentsDelta: '{"order":"7"}' },
      { type: "tool-call-start", index: 1, id: "b", name: "lookup" },
      { type: "tool-call-delta", index: 1, argumentsDelta: '{"order":"8"}' },
      { type: "end", finishReason: "tool_calls" },
    ]);
  });

  it("goes on with the last tool call where a piece does not say where it belongs", () => {
    const whole = { id: "a", function: { name: "lookup", arguments: "{" } };
    const rest = { function: { arguments: "}" } };
    const { events } = readPieces([
      streamOf(chunk({ tool_calls: [whole] }), chunk({ tool_calls: [rest] }), chunk({}, "tool_calls")),
    ]);
    expect(events.slice(1, -1)).toEqual([
      { type: "tool-call-start", index: 0, id: "a", name: "lookup" },
      { type: "tool-call-delta", index: 0, argumentsDelta: "{" },
      { type: "tool-call-delta", index: 0, argumentsDelta: "}" },
    ]);
  });

  it("keeps the pieces of two tool calls apart when they come by turns", () => {
    const piece = (index: number, named: object, id?: string): object => ({
      tool_calls: [{ index, ...(id !== undefined && { id }), function: named }],
    });
    const { events } = readPieces([
      streamOf(
        chunk(piece(0, { name: "a", arguments: "" }, "1")),
        chunk(piece(1, { name: "b", arguments: "" }, "2")),
        chunk(piece(0, { arguments: "{" })),
        chunk(piece(1, { arguments: "[" })),
        chunk(piece(0, { arguments: "}" })),
        chunk({}, "stop"),
      ),
    ]);
    expect(events.filter(({ type }) => type === "tool-call-delta")).toEqual([
      { type: "tool-call-delta", index: 0, argumentsDelta: "{" },
      { type: "tool-call-delta", index: 1, argumentsDelta: "[" },
      { type: "tool-call-delta", index: 0, argumentsDelta: "}" },
    ]);
    expect(events.at(-1)).toEqual({ type: "end", finishReason: "tool_calls" });
  });

  it.each([
    ["reasoning_content", { reasoning_content: "Hm." }],
    ["reasoning", { reasoning: "Hm." }],
    ["parts", { content: [{ type: "thinking", thinking: [{ type: "text", text: "Hm." }] }] }],
  ])("has reasoning under any of the names that servers use: %s", (_, delta) => {
    expect(readPieces([streamOf(chunk(delta), chunk({}, "stop"))]).events).toEqual([
      START,
      { type: "reasoning-delta", text: "Hm." },
      { type: "end", finishReason: "stop" },
    ]);
  });

  it("has log-probabilities and the text it stopped at", () => {
    const token = { token: "Hi", logprob: -0.5, bytes: [72, 105] };
    const logprobs = { content: [{ ...token, top_logprobs: [token] }] };
    const { events } = readPieces([
      streamOf(chunk({ content: "Hi" }, null, { logprobs }), chunk({}, "stop", { stop_reason: "END" })),
    ]);
    expect(events.slice(1)).toEqual([
      { type: "text-delta", text: "Hi" },
      { type: "logprobs", tokens: [{ ...token, top: [token] }] },
      { type: "end", finishReason: "stop", stopSequence: "END" },
    ]);
  });

  it("tells its usage as disjoint classes before its end", () => {
    const usage = {
      prompt_tokens: 20,
      completion_tokens: 9,
      prompt_tokens_details: { cached_tokens: 8 },
      completion_tokens_details: { reasoning_tokens: 4 },
    };
    expect(readPieces([streamOf(chunk({}, "stop"), { choices: [], usage })]).events.slice(1)).toEqual([
      { type: "usage", usage: { input: 12, cachedInput: 8, cacheWrite: 0, output: 5, reasoning: 4 } },
      { type: "end", finishReason: "stop" },
    ]);
  });

  it("has no end when no reason came", () => {
    expect(readPieces([streamOf(chunk({ content: "Hi" }))])).toEqual({
      events: [START, { type: "text-delta", text: "Hi" }],
      fault: null,
    });
  });

  it.each([
    ["an error in its stream", streamOf(chunk({ content: "Hi" }), { error: { message: "gone" } }), "provider_error"],
    ["a web page", Buffer.from("<html>"), "provider_bad_answer"],
  ])("is at fault with %s, and nothing follows", (_, bytes, code) => {
    const { events, fault } = readPieces([bytes, streamOf(chunk({ content: "more" }, "stop"))]);
    expect(fault).toMatchObject({ code });
    expect(events.some(({ type }) => type === "end")).toBe(false);
  });

  it("is at fault when it comes as one document with an error", () => {
    const { events, fault } = readPieces([Buffer.from('{"error":{"message":"gone"}}')]);
    expect({ events, fault }).toMatchObject({ events: [], fault: { code: "provider_error" } });
  });

  it("is read whole as well, and a document that is no completion is a fault", () => {
    const body = { id: "chatcmpl-1", model: "m", choices: [{ message: { content: "Hi" }, finish_reason: "length" }] };
    expect(readPieces([Buffer.from(JSON.stringify(body))], false)).toEqual({
      events: [START, { type: "text-delta", text: "Hi" }, { type: "end", finishReason: "length" }],
      fault: null,
    });
    expect(readPieces([Buffer.from("[]")], false)).toMatchObject({
      events: [],
      fault: { code: "provider_bad_answer" },
    });
  });
});
