import { expect, test } from "vitest";
import type { CallEvent } from "../../domain/call/canonical.ts";
import { openAiCompletions } from "../../http/dialects/openai-completions/index.ts";
import type { ConverseRequest, ConversingProvider } from "../../ports/provider.ts";
import { converseSource } from "./converse-source.ts";

const QUESTION: ConverseRequest = {
  callId: "call_1",
  model: "m",
  connectMs: 1,
  stream: true,
  request: openAiCompletions.toCanonical({ model: "m", prompt: "Say" }, "p"),
};

/** What the client's side hears of an answer of these events: texts, and how it ended. */
function heard(...events: readonly CallEvent[]): readonly unknown[] {
  const told: unknown[] = [];
  const provider: ConversingProvider = {
    name: "p",
    prices: new Map(),
    speaks: null,
    converse(_, sink) {
      for (const event of events) sink.event(event);
      sink.end();
      return { pause() {}, resume() {}, abort() {} };
    },
    close: () => Promise.resolve(),
  };
  const encoder = openAiCompletions.encoder({ stream: true, usageInStream: false }, "call_1", 0);
  converseSource(provider, QUESTION, encoder).start({
    head() {},
    bytes: (bytes) => void told.push(/"text":"(\w*)"/.exec(bytes.toString())?.[1] ?? bytes.toString()),
    end: () => void told.push("end"),
    fail: ({ code, details }) => void told.push([code, details["reason"]]),
  });
  return told;
}

const WORD: CallEvent = { type: "text-delta", text: "Hm" };
const END: CallEvent = { type: "end", finishReason: "stop" };

test("an answer in good order ends with all that it says", () => {
  expect(heard(WORD, END)).toEqual(["Hm", "", "data: [DONE]\n\n", "end"]);
});

test("an answer that the dialect has no place for breaks off, and says why", () => {
  const call: CallEvent = { type: "tool-call-start", index: 0, id: "c", name: "look" };
  expect(heard(WORD, call, WORD, END)).toEqual(["Hm", ["provider_bad_answer", "it calls a tool that nobody offered"]]);
});

test("an answer without an end is cut", () => {
  expect(heard(WORD)).toEqual(["Hm", ["provider_cut", "it has no finish reason"]]);
});
