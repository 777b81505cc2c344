import type { LanguageModelV4FilePart, LanguageModelV4Message, LanguageModelV4TextPart } from "@ai-sdk/provider";
import type { CanonicalMessage, ContentPart } from "../../../domain/call/canonical.ts";
import { RollwardError } from "../../../domain/errors.ts";

type AssistantPart = Extract<LanguageModelV4Message, { role: "assistant" }>["content"][number];

/** Canonical messages as a prompt of the AI SDK. Throws `untranslatable` for what it has no place for. */
export function aiSdkPrompt(messages: readonly CanonicalMessage[], provider: string): LanguageModelV4Message[] {
  const toolNames = new Map<string, string>();
  return messages.map((message): LanguageModelV4Message => {
    if (message.role === "system") return { role: "system", content: message.text };
    if (message.role === "user")
      return { role: "user", content: message.content.map((part) => userPart(part, provider)) };
    if (message.role === "assistant") {
      for (const { id, name } of message.toolCalls) toolNames.set(id, name);
      return { role: "assistant", content: assistantParts(message, provider) };
    }
    const { toolCallId, text } = message;
    const output = { type: "text", value: text } as const;
    // The conversation may have been cut before the call; no vendor that we know of needs the name then.
    const toolName = toolNames.get(toolCallId) ?? "unknown";
    return { role: "tool", content: [{ type: "tool-result", toolCallId, toolName, output }] };
  });
}

function userPart(part: ContentPart, provider: string): LanguageModelV4TextPart | LanguageModelV4FilePart {
  if (part.type === "text") return { type: "text", text: part.text };
  if (part.type === "image-data") {
    return { type: "file", mediaType: part.mediaType, data: { type: "data", data: part.data } };
  }
  // Each vendor has its own word for the detail, if any.
  if (part.detail !== null) throw untranslatable("image_url.detail", provider);
  return { type: "file", mediaType: "image", data: { type: "url", url: new URL(part.url) } };
}

function assistantParts(message: Extract<CanonicalMessage, { role: "assistant" }>, provider: string): AssistantPart[] {
  const parts: AssistantPart[] = message.text === null ? [] : [{ type: "text", text: message.text }];
  for (const { id, name, arguments: text } of message.toolCalls) {
    parts.push({ type: "tool-call", toolCallId: id, toolName: name, input: inputOf(text, provider) });
  }
  return parts;
}

/** Vendors take arguments as an object; a text that is none cannot be carried. */
function inputOf(text: string, provider: string): unknown {
  if (text.trim() === "") return {};
  try {
    const input: unknown = JSON.parse(text);
    if (typeof input === "object" && input !== null && !Array.isArray(input)) return input;
  } catch {
    // Refused below.
  }
  throw untranslatable("tool_calls.function.arguments", provider);
}

const untranslatable = (field: string, provider: string): RollwardError =>
  new RollwardError("untranslatable", { field, provider, param: field });
