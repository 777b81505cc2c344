import type { AssistantPart, CanonicalMessage, ContentPart } from "../../../../domain/call/canonical.ts";
import type { OpaqueReasoning } from "../../openai-responses/opaque-reasoning.ts";
import type { Fields } from "../../fields.ts";
import { readOpaque } from "../signatures.ts";
import { blocksOf, cacheOf, contentPart, textOf } from "./canonical-content.ts";

/** `system`: a string, or text blocks that stay apart. */
export function systemMessages(fields: Fields, name: string): readonly CanonicalMessage[] {
  if (fields.value(name) === null) return [];
  const blocks = blocksOf(fields, name);
  if (typeof blocks === "string") return [{ role: "system", text: blocks }];
  return blocks.map((block) => {
    if (block.requiredString("type") !== "text") throw block.untranslatable("type");
    return { role: "system", ...textOf(block) };
  });
}

/**
 * Messages in order. One of the user with tool results becomes a tool's message for each, and what is said round
 * them. An assistant's message at the end is the beginning of the answer, which no other API lets one write.
 */
export function canonicalMessages(messages: readonly Fields[]): readonly CanonicalMessage[] {
  const last = messages.at(-1);
  if (last?.string("role") === "assistant") throw last.untranslatable("role");
  return messages.flatMap((message) => {
    const read = messageOf(message);
    message.done();
    return read;
  });
}

function messageOf(message: Fields): readonly CanonicalMessage[] {
  const role = message.requiredString("role");
  if (role === "system") return systemMessages(message, "content");
  const blocks = blocksOf(message, "content");
  if (role === "user") return typeof blocks === "string" ? [said([text(blocks)])] : userMessages(blocks);
  if (role !== "assistant") throw message.untranslatable("role");
  return [{ role, content: typeof blocks === "string" ? [text(blocks)] : blocks.map(assistantPart) }];
}

const text = (words: string): { readonly type: "text"; readonly text: string } => ({ type: "text", text: words });

const said = (content: readonly ContentPart[]): CanonicalMessage => ({ role: "user", content });

function userMessages(blocks: readonly Fields[]): readonly CanonicalMessage[] {
  const messages: CanonicalMessage[] = [];
  let parts: ContentPart[] = [];
  const flush = (): void => {
    if (parts.length > 0) messages.push(said(parts));
    parts = [];
  };
  for (const block of blocks) {
    if (block.requiredString("type") === "tool_result") {
      flush();
      messages.push(toolMessage(block));
    } else parts.push(contentPart(block));
  }
  flush();
  return messages.length === 0 ? [said([])] : messages;
}

/** A cache hint on the result itself marks the same end as one on its last part. */
function toolMessage(block: Fields): CanonicalMessage {
  const toolCallId = block.requiredString("tool_use_id");
  const isError = block.boolean("is_error") ?? false;
  const { cache } = cacheOf(block);
  const content = resultParts(block);
  block.done();
  const last = content.at(-1);
  const isMarked = cache !== undefined && last !== undefined && last.type !== "audio-data" && last.cache === undefined;
  return {
    role: "tool",
    toolCallId,
    isError,
    content: isMarked ? [...content.slice(0, -1), { ...last, cache }] : content,
  };
}

function resultParts(block: Fields): readonly ContentPart[] {
  if (block.value("content") === null) return [];
  const blocks = blocksOf(block, "content");
  return typeof blocks === "string" ? [text(blocks)] : blocks.map(contentPart);
}

function assistantPart(block: Fields): AssistantPart {
  const type = block.requiredString("type");
  switch (type) {
    case "text":
      return { type, ...textOf(block) };
    case "thinking":
      return reasoning(block, block.string("thinking") || null, readOpaque("signature", block.string("signature")));
    case "redacted_thinking":
      return reasoning(block, null, readOpaque("data", block.requiredString("data")));
    case "tool_use":
      return toolCall(block);
    default:
      throw block.untranslatable("type");
  }
}

function reasoning(block: Fields, words: string | null, opaque: OpaqueReasoning): AssistantPart {
  block.done();
  return { type: "reasoning", text: words, ...opaque };
}

function toolCall(block: Fields): AssistantPart {
  block.leaveDefault("caller", { type: "direct" });
  const input = block.jsonObject("input");
  if (input === null) throw block.invalid("input", "must be an object");
  const read: AssistantPart = {
    type: "tool-call",
    id: block.requiredString("id"),
    name: block.requiredString("name"),
    arguments: JSON.stringify(input),
    ...cacheOf(block),
  };
  block.done();
  return read;
}
