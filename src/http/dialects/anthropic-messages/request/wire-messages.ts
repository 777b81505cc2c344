import type { CanonicalMessage } from "../../../../domain/call/canonical.ts";
import type { Json, JsonObject } from "../../../../domain/json.ts";
import { assistantBlocks, contentBlocks, resultContent, textBlock } from "./wire-content.ts";

/** The conversation as the members `system` and `messages`: system messages that lead it stand apart. */
export function wireMessages(messages: readonly CanonicalMessage[], provider: string): JsonObject {
  const first = messages.findIndex(({ role }) => role !== "system");
  const leading = first < 0 ? messages : messages.slice(0, first);
  const system = leading.flatMap((message) =>
    message.role === "system" && message.text !== "" ? [textBlock(message)] : [],
  );
  return {
    ...(system.length > 0 && { system }),
    messages: turns(first < 0 ? [] : messages.slice(first), provider),
  };
}

/** Results of tools, and what the user says after them, are one turn of the user. */
function turns(messages: readonly CanonicalMessage[], provider: string): readonly JsonObject[] {
  const written: JsonObject[] = [];
  let results: Json[] = [];
  const turn = (role: string, content: readonly Json[]): void => void written.push({ role, content });
  for (const message of messages) {
    if (message.role === "tool") {
      results.push(resultBlock(message, provider));
      continue;
    }
    if (message.role === "user") {
      turn("user", [...results, ...contentBlocks(message.content, provider)]);
      results = [];
      continue;
    }
    if (results.length > 0) turn("user", results);
    results = [];
    if (message.role === "system") turn("system", [textBlock(message)]);
    else turn("assistant", assistantBlocks(message.content, provider));
  }
  if (results.length > 0) turn("user", results);
  return written;
}

const resultBlock = (message: Extract<CanonicalMessage, { role: "tool" }>, provider: string): JsonObject => ({
  type: "tool_result",
  tool_use_id: message.toolCallId,
  ...resultContent(message.content, provider),
  ...(message.isError && { is_error: true }),
});
