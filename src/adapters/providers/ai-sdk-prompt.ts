import type { LanguageModelV4FilePart, LanguageModelV4Message, LanguageModelV4TextPart } from "@ai-sdk/provider";
import type { CanonicalMessage, ContentPart, ToolCall } from "../../domain/call/canonical.ts";
import { RollwardError } from "../../domain/errors.ts";

type ToolCallPart = Extract<LanguageModelV4Message, { role: "assistant" }>["content"][number];

/** Canonical messages as a prompt of the AI SDK. Throws `untranslatable` for what it has no place for. */
export function aiSdkPrompt(messages: readonly CanonicalMessage[], provider: string): LanguageModelV4Message[] {
  const toolNames = new Map<string, string>();
  return messages.map((message): LanguageModelV4Message => {
    switch (message.role) {
      case "system":
        return { role: "system", content: message.text };
      case "user":
        return { role: "user", content: message.content.map((part) => userPart(part, provider)) };
      case "assistant": {
        for (const { id, name } of message.toolCalls) toolNames.set(id, name);
        const text: ToolCallPart[] = message.text === null ? [] : [{ type: "text", text: message.text }];
        return { role: "assistant", content: [...text, ...message.toolCalls.map((call) => toolCallPart(call, provider))] };
      }
      case "tool": {
        const { toolCallId, text } = message;
        const output = { type: "text", value: text } as const;
        const toolName = toolNames.get(toolCallId) ?? "unknown";
        return { role: "tool", content: [{ type: "tool-result", toolCallId, toolName, output }] };
      }
    }
  });
}

function userPart(part: ContentPart, provider: string): LanguageModelV4TextPart | LanguageModelV4FilePart {
  switch (part.type) {
    case "text":
      return { type: "text", text: part.text };
    case "image-data":
      return { type: "file", mediaType: part.mediaType, data: { type: "data", data: part.data } };
    case "image":
      // Each vendor has its own word for it, if any.
      if (part.detail !== null) throw new RollwardError("untranslatable", { field: "image_url.detail", provider });
      return { type: "file", mediaType: "image", data: { type: "url", url: new URL(part.url) } };
  }
}

/** Vendors take arguments as an object; text that is none cannot be carried. */
function toolCallPart({ id, name, arguments: text }: ToolCall, provider: string): ToolCallPart {
  return { type: "tool-call", toolCallId: id, toolName: name, input: parsed(text, provider) };
}

function parsed(text: string, provider: string): unknown {
  if (text.trim() === "") return {};
  try {
    const input: unknown = JSON.parse(text);
    if (typeof input === "object" && input !== null && !Array.isArray(input)) return input;
  } catch {
    // Falls through to the refusal.
  }
  throw new RollwardError("untranslatable", { field: "tool_calls.function.arguments (no JSON object)", provider });
}
