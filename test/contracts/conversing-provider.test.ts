import { afterEach, describe } from "vitest";
import { createAnthropic } from "../../src/adapters/providers/anthropic.ts";
import { anthropicMessages } from "../../src/http/dialects/anthropic-messages/index.ts";
import type { ConversingProvider } from "../../src/ports/provider.ts";
import { startAnthropicUpstream } from "../fixtures/anthropic-upstream.ts";
import type { ScriptedAnswer } from "../fixtures/anthropic-upstream.ts";
import { SOME_USAGE, textMessage } from "../fixtures/anthropic-wire.ts";
import type { AnthropicMessage } from "../fixtures/anthropic-wire.ts";
import { aborts, abortsAtAnyTime, pauses } from "./conversing-flow.contract.ts";
import { answers, faults } from "./conversing-provider.contract.ts";
import { TEXT } from "./conversing-subject.ts";
import type { ConversingSubject, Scene } from "./conversing-subject.ts";
import { wireAsConversing } from "./wire-as-conversing.ts";

const MODEL = "claude-sonnet-4-5";
const SECRET = "sk-ant-a-secret-of-the-test";

const WORDS = textMessage(TEXT);

const TOOLS: AnthropicMessage = {
  blocks: [
    { type: "text", text: "Let me look." },
    { type: "tool_use", id: "toolu_1", name: "lookup", input: { order: "7" } },
    { type: "tool_use", id: "toolu_2", name: "now", input: {} },
  ],
  stopReason: "tool_use",
  usage: SOME_USAGE,
};

const refusal = (status: number, kind: string): ScriptedAnswer => ({
  type: "error",
  status,
  kind,
  message: `It is so, and the key is ${SECRET}.`,
});

const SCENES: Readonly<Record<Scene, ScriptedAnswer>> = {
  text: { type: "message", message: WORDS },
  tools: { type: "message", message: TOOLS },
  "rate-limited": refusal(429, "rate_limit_error"),
  overloaded: refusal(529, "overloaded_error"),
  broken: refusal(500, "api_error"),
  refused: refusal(400, "invalid_request_error"),
  credentials: refusal(401, "authentication_error"),
  "web-page": { type: "raw", status: 200, contentType: "text/html", body: "<html>Sign in</html>" },
  malformed: { type: "raw", status: 200, contentType: "", body: "event: message_start\ndata: {nonsense\n\n" },
  "error-at-once": { type: "overloaded", message: WORDS, afterEvents: 0 },
  "error-in-mid-stream": { type: "overloaded", message: WORDS, afterEvents: 7 },
  cut: { type: "cut", message: WORDS, afterEvents: 7 },
  short: { type: "short", message: WORDS, afterEvents: 7 },
  silent: { type: "stall", message: WORDS, afterEvents: 0 },
  stall: { type: "stall", message: WORDS, afterEvents: 7 },
  endless: { type: "endless", delta: "and so on, " },
};

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function openAnthropic(): Promise<ConversingSubject> {
  const upstream = await startAnthropicUpstream();
  const providerAt = async (baseUrl: string): Promise<ConversingProvider> => {
    const provider = createAnthropic({ name: "anthropic", baseUrl, apiKey: SECRET, prices: new Map() });
    return wireAsConversing(provider, anthropicMessages);
  };
  const provider = await providerAt(upstream.baseUrl);
  closing.push(
    () => provider.close(),
    () => upstream.close(),
  );
  return {
    provider,
    model: MODEL,
    secret: SECRET,
    play: (scene) => upstream.script(SCENES[scene]),
    nextRequest: () => upstream.nextRequest(),
    providerAt,
  };
}

describe("the provider anthropic", () => {
  answers(openAnthropic);
  faults(openAnthropic);
  aborts(openAnthropic);
  abortsAtAnyTime(openAnthropic);
  pauses(openAnthropic);
});
