import { isUtf8 } from "node:buffer";
import type { AssistantPart, CacheTtl, ContentPart } from "../../../../domain/call/canonical.ts";
import type { Json, JsonObject } from "../../../../domain/json.ts";
import { parseExactJson } from "../../../../kit/exact-json.ts";
import { untranslatable } from "./untranslatable.ts";

/** A cache hint as the member of a block. */
export function cacheControl({ cache }: { readonly cache?: CacheTtl }): JsonObject {
  if (cache === undefined) return {};
  return { cache_control: cache === "5m" ? { type: "ephemeral" } : { type: "ephemeral", ttl: cache } };
}

/** Parts as blocks. Texts without words are left out: the API refuses them. */
export const contentBlocks = (parts: readonly ContentPart[], provider: string): readonly JsonObject[] =>
  parts.filter((part) => part.type !== "text" || part.text !== "").map((part) => contentBlock(part, provider));

function contentBlock(part: ContentPart, provider: string): JsonObject {
  switch (part.type) {
    case "text":
      return textBlock(part);
    case "image":
      if (part.detail !== null) throw untranslatable("image_url.detail", provider);
      return { type: "image", source: { type: "url", url: part.url }, ...cacheControl(part) };
    case "image-data":
      return { type: "image", source: base64(part), ...cacheControl(part) };
    case "document":
      return { type: "document", source: { type: "url", url: part.url }, ...titled(part) };
    case "document-data":
      return { type: "document", source: documentSource(part, provider), ...titled(part) };
    default:
      throw untranslatable("input_audio", provider);
  }
}

/** A text with its cache hint. */
export const textBlock = (part: { readonly text: string; readonly cache?: CacheTtl }): JsonObject => ({
  type: "text",
  text: part.text,
  ...cacheControl(part),
});

interface Data {
  readonly data: string;
  readonly mediaType: string;
}

const base64 = ({ data, mediaType }: Data): JsonObject => ({ type: "base64", media_type: mediaType, data });

/** The API takes PDF as data and plain text as it is, and nothing else. */
function documentSource(part: Data, provider: string): JsonObject {
  if (part.mediaType === "application/pdf") return base64(part);
  if (part.mediaType !== "text/plain") throw untranslatable("file.file_data", provider);
  const text = textIn(part.data);
  if (text === null) throw untranslatable("file.file_data", provider);
  return { type: "text", media_type: part.mediaType, data: text };
}

/** The text that is written as base64; `null` for what is no base64, or no UTF-8. */
function textIn(data: string): string | null {
  const bytes = Buffer.from(data, "base64");
  const isWhole = bytes.toString("base64").replace(/=+$/, "") === data.replace(/={1,2}$/, "");
  return isWhole && isUtf8(bytes) ? bytes.toString() : null;
}

const titled = (part: { readonly name: string | null; readonly cache?: CacheTtl }): JsonObject => ({
  ...(part.name !== null && { title: part.name }),
  ...cacheControl(part),
});

/** A tool's answer: a lone text as a string, which is how most clients write it. */
export function resultContent(parts: readonly ContentPart[], provider: string): JsonObject {
  const [first] = parts;
  if (parts.length === 0) return {};
  if (parts.length === 1 && first?.type === "text" && first.cache === undefined) return { content: first.text };
  return { content: contentBlocks(parts, provider) };
}

/** What the assistant said, thought and called, in its order. */
export const assistantBlocks = (parts: readonly AssistantPart[], provider: string): readonly Json[] =>
  parts.flatMap((part) => {
    if (part.type === "text" && part.text === "") return [];
    return [assistantBlock(part, provider)];
  });

function assistantBlock(part: AssistantPart, provider: string): JsonObject {
  switch (part.type) {
    case "text":
      return textBlock(part);
    case "refusal":
      return textBlock({ text: part.text });
    case "reasoning":
      return thinkingBlock(part, provider);
    default:
      return {
        type: "tool_use",
        id: part.id,
        name: part.name,
        input: inputOf(part.arguments, provider),
        ...cacheControl(part),
      };
  }
}

/** Thoughts without a signature are another vendor's; the API takes none that it did not sign, and redacted ones without words. */
function thinkingBlock(part: Extract<AssistantPart, { type: "reasoning" }>, provider: string): JsonObject {
  const { text, signature, data } = part;
  if (data !== null && signature === null && text === null) return { type: "redacted_thinking", data };
  if (data !== null || signature === null) throw untranslatable("reasoning", provider);
  return { type: "thinking", thinking: text ?? "", signature };
}

function inputOf(text: string, provider: string): JsonObject {
  const input = text === "" ? {} : parsed(text);
  if (typeof input === "object" && input !== null && !Array.isArray(input)) return input as JsonObject;
  throw untranslatable("tool_calls.function.arguments", provider);
}

function parsed(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return null;
  }
}
