import type { ScriptedAnswer } from "../fixtures/anthropic-upstream.ts";
import { SOME_USAGE, textMessage } from "../fixtures/anthropic-wire.ts";
import type { AnthropicMessage } from "../fixtures/anthropic-wire.ts";
import { TEXT } from "./conversing-subject.ts";
import type { Scene } from "./conversing-subject.ts";

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

const refusal =
  (secret: string) =>
  (status: number, kind: string): ScriptedAnswer => ({
    type: "error",
    status,
    kind,
    message: `It is so, and the key is ${secret}.`,
  });

/** What a server of the Messages wire does in each scene; its errors repeat the secret. */
export function messagesScenes(secret: string): Readonly<Record<Scene, ScriptedAnswer>> {
  const refused = refusal(secret);
  return {
    text: { type: "message", message: WORDS },
    tools: { type: "message", message: TOOLS },
    "rate-limited": refused(429, "rate_limit_error"),
    overloaded: refused(529, "overloaded_error"),
    broken: refused(500, "api_error"),
    refused: refused(400, "invalid_request_error"),
    credentials: refused(401, "authentication_error"),
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
}
