import { describe, expect, it } from "vitest";
import { anthropicMessages } from "./index.ts";

/** Deeper than the stack, and read by JSON.parse all the same. */
const DEEP = `{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
const BLOCK = `{"type":"tool_use","id":"t","name":"n","input":${DEEP}}`;
const MESSAGE = Buffer.from(`{"type":"message","content":[${BLOCK}],"stop_reason":"tool_use"}`);

describe("arguments that are nested without end", () => {
  it("pass between a client and a provider of the same dialect", () => {
    const reader = anthropicMessages.reader({ stream: false, usageInStream: true });
    reader.push(MESSAGE);
    expect(reader.end().equals(MESSAGE)).toBe(true);
  });

  it("are a fault of the provider for a client of another dialect, streamed and whole", () => {
    const fault = { code: "provider_bad_answer", reason: "the arguments of a tool call are nested too deeply" };
    const whole = anthropicMessages.eventReader(false);
    whole.push(MESSAGE);
    whole.end();
    expect(whole.fault).toEqual(fault);
    const stream = anthropicMessages.eventReader(true);
    stream.push(Buffer.from(`data: {"type":"content_block_start","index":0,"content_block":${BLOCK}}\n\n`));
    expect(stream.fault).toEqual(fault);
  });

  it("are handed on to a client as they came from a provider of another dialect", () => {
    const encoder = anthropicMessages.encoder({ stream: false, usageInStream: true }, "call_1", 0);
    encoder.push({ type: "tool-call-start", index: 0, id: "t", name: "n" });
    encoder.push({ type: "tool-call-delta", index: 0, argumentsDelta: DEEP });
    encoder.push({ type: "end", finishReason: "tool_calls" });
    expect(encoder.end().includes(BLOCK)).toBe(true);
  });

  it("are refused in a request of another dialect", () => {
    const base = anthropicMessages.toCanonical({ messages: [{ role: "user", content: "Hi" }] }, "p");
    const call = { type: "tool-call", id: "t", name: "n", arguments: DEEP } as const;
    const ask = { provider: "p", model: "claude-opus-5-5", stream: false, reportsStreamUsage: true };
    const request = { ...base, messages: [{ role: "assistant", content: [call] } as const] };
    expect(() => anthropicMessages.fromCanonical(request, ask)).toThrow("tool_calls.function.arguments");
  });
});

describe("what keeps a stream alive", () => {
  const event = (body: object): string => `data: ${JSON.stringify(body)}\n\n`;
  const block = (type: string): string => event({ type: "content_block_start", content_block: { type } });
  const delta = (one: object): string => event({ type: "content_block_delta", delta: one });
  const PING = event({ type: "ping" });
  const TEXT = block("text") + delta({ text: "Hello" });
  const CALL = block("tool_use") + delta({ partial_json: "{" });

  it.each([
    ["a ping in a text", TEXT, PING, 0],
    ["a comment in a text", TEXT, ": alive\n\n", 0],
    ["a ping in a tool call, whose values come whole", TEXT + CALL, PING, 1],
    ["a ping in thoughts that are not shown", block("thinking"), PING, 1],
    ["a ping in thoughts that are shown", block("thinking") + delta({ thinking: "Hm" }), PING, 0],
    ["a ping while a tool of the provider's works", TEXT + block("server_tool_use"), PING, 1],
    ["a word", TEXT, delta({ text: "." }), 1],
    ["an event that nobody knows yet", TEXT, event({ type: "new" }), 1],
  ])("%s", (...[, before, next, more]) => {
    const reader = anthropicMessages.reader({ stream: true, usageInStream: true });
    reader.push(Buffer.from(before));
    const pieces = reader.facts.pieces ?? 0;
    expect(reader.push(Buffer.from(next)).toString()).toBe(next);
    expect(reader.facts.pieces).toBe(pieces + more);
  });
});

describe("thoughts without words after them", () => {
  const FORM = { stream: true, usageInStream: true };

  it.each(["thinking", "redacted_thinking"])(
    "are the beginning of an answer, and no more, in a block of %s",
    (type) => {
      const reader = anthropicMessages.reader(FORM);
      reader.push(Buffer.from(`data: {"type":"content_block_start","content_block":{"type":"${type}"}}\n\n`));
      expect(reader.facts).toMatchObject({ begun: true, onlyThoughts: true });
      reader.push(Buffer.from('data: {"type":"content_block_start","content_block":{"type":"tool_use"}}\n\n'));
      expect(reader.facts).toMatchObject({ begun: true, onlyThoughts: false });
    },
  );

  it("are the same where they come from a provider of another dialect", () => {
    const encoder = anthropicMessages.encoder(FORM, "call_1", 0);
    encoder.push({ type: "reasoning-delta", text: "Hm" });
    expect(encoder.facts).toMatchObject({ begun: true, onlyThoughts: true });
    encoder.push({ type: "text-delta", text: "Hello" });
    expect(encoder.facts).toMatchObject({ begun: true, onlyThoughts: false });
  });
});

describe("arguments that are no object", () => {
  const answered = (argumentsDelta: string, finishReason: "tool_calls" | "length") => {
    const encoder = anthropicMessages.encoder({ stream: true, usageInStream: true }, "call_1", 0);
    encoder.push({ type: "tool-call-start", index: 0, id: "t", name: "n" });
    encoder.push({ type: "tool-call-delta", index: 0, argumentsDelta });
    encoder.push({ type: "end", finishReason });
    return encoder.facts;
  };

  it("are a bad answer, unless the limit cut them off", () => {
    expect(answered("[1]", "tool_calls")).toMatchObject({ finishReason: null, fault: { code: "provider_bad_answer" } });
    expect(answered('{"a":', "tool_calls")).toMatchObject({
      finishReason: null,
      fault: { code: "provider_bad_answer" },
    });
    expect(answered('{"a":', "length")).toMatchObject({ finishReason: "max_tokens", fault: null });
  });

  it("cannot go on after another part of the answer has begun", () => {
    const encoder = anthropicMessages.encoder({ stream: true, usageInStream: true }, "call_1", 0);
    encoder.push({ type: "tool-call-start", index: 0, id: "t", name: "n" });
    encoder.push({ type: "text-delta", text: "x" });
    encoder.push({ type: "tool-call-delta", index: 0, argumentsDelta: "{}" });
    encoder.push({ type: "end", finishReason: "tool_calls" });
    expect(encoder.facts).toMatchObject({ finishReason: null, fault: { code: "provider_bad_answer" } });
  });
});

describe("an answer that begins with a long thought", () => {
  it("has begun with the thought, as clients show it", () => {
    const reader = anthropicMessages.reader({ stream: true, usageInStream: true });
    const event = (data: object): Buffer => Buffer.from(`data: ${JSON.stringify(data)}\n\n`);
    reader.push(event({ type: "message_start", message: { model: "c" } }));
    reader.push(event({ type: "ping" }));
    expect(reader.facts.begun).toBe(false);
    reader.push(event({ type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "" } }));
    expect(reader.facts.begun).toBe(true);
  });
});
