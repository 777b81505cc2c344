import { describe, expect, test } from "vitest";
import { RollwardError } from "../../domain/errors.ts";
import { openAiChat } from "../../http/dialects/openai-chat/index.ts";
import type { ByteSink, WireProvider } from "../../ports/provider.ts";
import { wireSource } from "./wire-source.ts";

const event = (body: object): string => `data: ${JSON.stringify(body)}\n\n`;
const TOKEN = event({ choices: [{ index: 0, delta: { content: "Hello" }, finish_reason: null }] });
const FAULT = event({ error: { message: "overloaded" } });

/** What the client's side hears of a stream that comes in these chunks. */
function heard(...chunks: readonly string[]): readonly string[] {
  const told: string[] = [];
  const provider: WireProvider = {
    name: "p",
    prices: new Map(),
    speaks: ["openai-chat"],
    reportsStreamUsage: true,
    forward(_, sink: ByteSink) {
      sink.head(200, {});
      for (const chunk of chunks) sink.data(Buffer.from(chunk));
      return { pause() {}, resume() {}, abort() {} };
    },
    fault: () => new RollwardError("internal", {}),
    close: () => Promise.resolve(),
  };
  const request = {
    callId: "call_1",
    dialect: "openai-chat",
    model: "m",
    bytes: Buffer.alloc(0),
    connectMs: 1,
  } as const;
  const source = wireSource(provider, request, openAiChat.reader({ stream: true, usageInStream: true }));
  source.start({
    head() {},
    bytes: (bytes) => void told.push(bytes.toString()),
    end: () => void told.push("end"),
    fail: ({ code }) => void told.push(code),
  });
  return told;
}

describe("a stream with a fault in it", () => {
  test("keeps a first token back that comes in the same chunk, so that another target can answer", () => {
    expect(heard(TOKEN + FAULT)).toEqual(["provider_error"]);
  });

  test("hands on what came before it once the answer has begun", () => {
    expect(heard(TOKEN, TOKEN + FAULT)).toEqual([TOKEN, TOKEN, "provider_error"]);
  });
});
