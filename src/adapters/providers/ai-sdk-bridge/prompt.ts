import type {
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4TextPart,
  LanguageModelV4ToolResultOutput,
  LanguageModelV4ToolResultPart,
  SharedV4ProviderOptions,
} from "@ai-sdk/provider";
import type { CanonicalMessage, CacheTtl, ContentPart, ReasoningPart } from "../../../domain/call/canonical.ts";
import { parseExactJson } from "../../../kit/exact-json.ts";
import { imageTypeOf } from "./refuse-addresses.ts";
import { untranslatable } from "./vendor-parts.ts";
import type { VendorParts } from "./vendor-parts.ts";

type ToolMessage = Extract<CanonicalMessage, { role: "tool" }>;
type AssistantMessage = Extract<CanonicalMessage, { role: "assistant" }>;
type AssistantPart = Extract<LanguageModelV4Message, { role: "assistant" }>["content"][number];

/** Whose prompt it is. */
export interface PromptTerms {
  readonly provider: string;
  readonly parts: VendorParts;
}

/**
 * Canonical messages as a prompt of the AI SDK. Results that follow each other are one message: Gemini wants all
 * results of a turn in one turn. Throws `untranslatable` for what the vendor has no place for.
 */
export function aiSdkPrompt(messages: readonly CanonicalMessage[], terms: PromptTerms): LanguageModelV4Message[] {
  const toolNames = new Map<string, string>();
  const prompt: LanguageModelV4Message[] = [];
  for (const message of messages) {
    if (message.role === "assistant")
      for (const part of message.content) if (part.type === "tool-call") toolNames.set(part.id, part.name);
    if (message.role !== "tool") {
      prompt.push(plainMessage(message, terms));
      continue;
    }
    // The conversation may have been cut before the call; no vendor that we know of needs the name then.
    const result = toolResult(message, toolNames.get(message.toolCallId) ?? "unknown", terms);
    const last = prompt.at(-1);
    if (last?.role === "tool") last.content.push(result);
    else prompt.push({ role: "tool", content: [result] });
  }
  return prompt;
}

function plainMessage(message: Exclude<CanonicalMessage, ToolMessage>, terms: PromptTerms): LanguageModelV4Message {
  switch (message.role) {
    case "system":
      return { role: "system", content: message.text, ...cached(message.cache, terms.parts) };
    case "user":
      return { role: "user", content: message.content.map((part) => userPart(part, terms)) };
    case "assistant":
      return { role: "assistant", content: assistantParts(message, terms) };
    default:
      return message satisfies never;
  }
}

function toolResult(message: ToolMessage, toolName: string, terms: PromptTerms): LanguageModelV4ToolResultPart {
  const { toolCallId } = message;
  const last = message.content.at(-1);
  const mark = last !== undefined && "cache" in last ? cached(last.cache, terms.parts) : {};
  return { type: "tool-result", toolCallId, toolName, output: toolOutput(message, terms), ...mark };
}

function cached(ttl: CacheTtl | undefined, parts: VendorParts): { readonly providerOptions?: SharedV4ProviderOptions } {
  const options = ttl === undefined ? null : parts.cacheOptions(ttl);
  return options === null ? {} : { providerOptions: options };
}

function userPart(part: ContentPart, terms: PromptTerms): LanguageModelV4TextPart | LanguageModelV4FilePart {
  if (part.type === "text") return { type: "text", text: part.text, ...cached(part.cache, terms.parts) };
  return filePart(part, terms);
}

function filePart(part: Exclude<ContentPart, { type: "text" }>, terms: PromptTerms): LanguageModelV4FilePart {
  const { provider, parts } = terms;
  if (part.type === "image") {
    // Each vendor has its own word for the detail, if any.
    if (part.detail !== null) throw untranslatable("image_url.detail", provider);
    const url = URL.parse(part.url);
    if (url === null) throw untranslatable("image_url.url", provider);
    return { type: "file", mediaType: imageTypeOf(url), data: { type: "url", url }, ...cached(part.cache, parts) };
  }
  if (part.type === "audio-data" && parts.audio) {
    return { type: "file", mediaType: `audio/${part.format}`, data: { type: "data", data: part.data } };
  }
  if (part.type !== "image-data" && !(part.type === "document-data" && parts.documents))
    throw untranslatable(`messages.content (${part.type})`, provider);
  const name = part.type === "document-data" ? part.name : null;
  return {
    type: "file",
    mediaType: part.mediaType,
    data: { type: "data", data: part.data },
    ...(name !== null && { filename: name }),
    ...cached(part.cache, parts),
  };
}

/** A result of text alone is text; one with files is content, where the vendor takes that. */
function toolOutput({ content, isError }: ToolMessage, terms: PromptTerms): LanguageModelV4ToolResultOutput {
  const { provider, parts } = terms;
  if (content.every((part) => part.type === "text")) {
    const text = content.map((part) => part.text).join("\n");
    if (!isError) return { type: "text", value: text };
    return { type: "error-text", value: parts.toolFailures ? text : `The tool failed: ${text}` };
  }
  const value = content.map((part) => {
    if (part.type === "text") return { type: "text", text: part.text } as const;
    if (!parts.toolResultFiles || part.type === "image")
      throw untranslatable(`messages.content (${part.type} of a tool)`, provider);
    return filePart(part, terms);
  });
  // The AI SDK has no form for a failed result with files, and a failure must not look like a success.
  if (isError) throw untranslatable("messages.content.is_error (with a file)", provider);
  return { type: "content", value };
}

function assistantParts(message: AssistantMessage, terms: PromptTerms): AssistantPart[] {
  const { provider, parts } = terms;
  const built: AssistantPart[] = [];
  let waiting: ReasoningPart | null = null;
  // A signature that nothing follows goes with an empty text, as Gemini itself sends such a one.
  const flush = (): void => {
    if (waiting !== null) built.push({ type: "text", text: "", providerOptions: parts.opaqueOptions(waiting) });
    waiting = null;
  };
  for (const part of message.content) {
    if (part.type === "reasoning") {
      if (parts.reasoning === "none") throw untranslatable("messages.content (reasoning)", provider);
      flush();
      if (parts.reasoning === "before-call" && part.text === null) waiting = part;
      else built.push(reasoningPart(part, terms));
      continue;
    }
    const options = waiting === null ? {} : { providerOptions: parts.opaqueOptions(waiting) };
    waiting = null;
    if (part.type === "tool-call") {
      const input = inputOf(part.arguments, provider);
      built.push({ type: "tool-call", toolCallId: part.id, toolName: part.name, input, ...options });
    } else {
      const ttl = part.type === "text" ? part.cache : undefined;
      built.push({ type: "text", text: part.text, ...cached(ttl, parts), ...options });
    }
  }
  flush();
  return built;
}

function reasoningPart(part: ReasoningPart, { provider, parts }: PromptTerms): AssistantPart {
  // A vendor drops reasoning that it cannot check.
  if (part.signature === null && part.data === null)
    throw untranslatable("messages.content (reasoning without signature)", provider);
  return { type: "reasoning", text: part.text ?? "", providerOptions: parts.opaqueOptions(part) };
}

/** Vendors take arguments as an object; a text that is none cannot be carried. */
function inputOf(text: string, provider: string): unknown {
  if (text.trim() === "") return {};
  try {
    const input = parseExactJson(text);
    if (typeof input === "object" && input !== null && !Array.isArray(input)) return input;
  } catch {
    // Refused below.
  }
  throw untranslatable("tool_calls.function.arguments", provider);
}
