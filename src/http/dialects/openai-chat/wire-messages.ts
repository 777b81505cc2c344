import type { AssistantPart, CanonicalMessage, ContentPart } from "../../../domain/call/canonical.ts";
import { RollwardError } from "../../../domain/errors.ts";
import type { Json, JsonObject } from "../../../domain/json.ts";

/**
 * Messages as chat completions have them. The dialect has no place for reasoning in a request. Tool calls come after
 * the text of their turn. That a tool failed is said before its result. Throws `untranslatable`.
 */
export const wireMessages = (messages: readonly CanonicalMessage[], provider: string): readonly JsonObject[] =>
  messages.map((message, index) => {
    const terms = { provider, path: `messages[${index}].content` };
    if (message.role === "system") return { role: "system", content: message.text };
    if (message.role === "user") return { role: "user", content: contentOf(message.content, terms) };
    if (message.role === "assistant") return assistantMessage(message.content, terms);
    return { role: "tool", tool_call_id: message.toolCallId, content: resultOf(message, terms) };
  });

interface Terms {
  readonly provider: string;
  readonly path: string;
}

function contentOf(parts: readonly ContentPart[], terms: Terms): Json {
  const [only] = parts;
  if (parts.length === 1 && only?.type === "text") return only.text;
  return parts.map((part) => contentPart(part, terms));
}

function contentPart(part: ContentPart, terms: Terms): JsonObject {
  switch (part.type) {
    case "text":
      return textOf(part.text);
    case "image":
      return { type: "image_url", image_url: { url: part.url, ...(part.detail !== null && { detail: part.detail }) } };
    case "image-data":
      return { type: "image_url", image_url: { url: `data:${part.mediaType};base64,${part.data}` } };
    case "document-data": {
      const file = { file_data: `data:${part.mediaType};base64,${part.data}` };
      return { type: "file", file: part.name === null ? file : { filename: part.name, ...file } };
    }
    case "audio-data":
      return { type: "input_audio", input_audio: { data: part.data, format: part.format } };
    default:
      throw noPlace(part, terms);
  }
}

const FAILED: ContentPart = { type: "text", text: "Error:" };

/** What a tool says is text only. */
function resultOf({ content, isError }: Extract<CanonicalMessage, { role: "tool" }>, terms: Terms): Json {
  const parts = isError ? [FAILED, ...content] : content;
  const other = parts.find((part) => part.type !== "text");
  if (other !== undefined) throw noPlace(other, terms);
  return parts.length === 0 ? "" : contentOf(parts, terms);
}

function assistantMessage(parts: readonly AssistantPart[], terms: Terms): JsonObject {
  const reasoning = parts.find(({ type }) => type === "reasoning");
  if (reasoning !== undefined) throw noPlace(reasoning, terms);
  const said = parts.flatMap((part) => {
    if (part.type === "text") return [textOf(part.text)];
    return part.type === "refusal" ? [{ type: "refusal", refusal: part.text }] : [];
  });
  const calls = parts.flatMap((part) => {
    if (part.type !== "tool-call") return [];
    return [{ id: part.id, type: "function", function: { name: part.name, arguments: part.arguments } }];
  });
  return {
    role: "assistant",
    content: saidAs(said, calls.length > 0),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

/** Only beside tool calls may content be missing. */
function saidAs(said: readonly JsonObject[], isCalling: boolean): Json {
  const [only] = said;
  if (only === undefined) return isCalling ? null : "";
  return said.length === 1 && only["type"] === "text" ? (only["text"] ?? "") : said;
}

const textOf = (text: string): JsonObject => ({ type: "text", text });

function noPlace({ type }: Pick<ContentPart | AssistantPart, "type">, { provider, path }: Terms): RollwardError {
  return new RollwardError("untranslatable", { field: `${path} (${type})`, provider, param: path });
}
