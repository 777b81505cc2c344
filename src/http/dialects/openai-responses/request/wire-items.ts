import type { AssistantPart, CanonicalMessage, ContentPart } from "../../../../domain/call/canonical.ts";
import type { JsonObject } from "../../../../domain/json.ts";
import { RollwardError } from "../../../../domain/errors.ts";
import { sha256Hex } from "../../../../kit/hash.ts";
import { dataUrl } from "./data-url.ts";

/** The conversation as items of `input`. */
export const wireItems = (messages: readonly CanonicalMessage[], provider: string): readonly JsonObject[] =>
  messages.flatMap((message) => itemsOf(message, provider));

function itemsOf(message: CanonicalMessage, provider: string): readonly JsonObject[] {
  switch (message.role) {
    case "system":
      return [{ type: "message", role: "system", content: message.text }];
    case "user":
      return [{ type: "message", role: "user", content: parts(message.content, provider) }];
    case "assistant":
      return assistantItems(message.content, provider);
    case "tool":
      return [
        {
          type: "function_call_output",
          call_id: message.toolCallId,
          output: outputOf(message.content, provider),
          // The API has no other place for it.
          ...(message.isError && { status: "incomplete" }),
        },
      ];
    default:
      return message satisfies never;
  }
}

/** A tool's plain answer is a string, which every server of this API takes. */
function outputOf(content: readonly ContentPart[], provider: string): string | readonly JsonObject[] {
  const [only] = content;
  return content.length === 1 && only?.type === "text" ? only.text : parts(content, provider);
}

const parts = (content: readonly ContentPart[], provider: string): readonly JsonObject[] =>
  content.map((part) => wirePart(part, provider));

function wirePart(part: ContentPart, provider: string): JsonObject {
  switch (part.type) {
    case "text":
      return { type: "input_text", text: part.text };
    case "image":
      return { type: "input_image", image_url: part.url, detail: part.detail ?? "auto" };
    case "image-data":
      return { type: "input_image", image_url: dataUrl(part), detail: "auto" };
    case "document":
      return { type: "input_file", file_url: part.url, ...nameOf(part.name) };
    case "document-data":
      return { type: "input_file", file_data: dataUrl(part), ...nameOf(part.name) };
    case "audio-data":
      if (part.format === "wav" || part.format === "mp3") {
        return { type: "input_audio", input_audio: { data: part.data, format: part.format } };
      }
      throw new RollwardError("untranslatable", { field: "input_audio.format", provider, param: "input" });
    default:
      return part satisfies never;
  }
}

const nameOf = (name: string | null): JsonObject => (name === null ? {} : { filename: name });

/** Texts and refusals that follow each other are one message; calls and reasoning are items of their own. */
function assistantItems(content: readonly AssistantPart[], provider: string): readonly JsonObject[] {
  const items: JsonObject[] = [];
  let said: JsonObject[] = [];
  const close = (): void => {
    if (said.length > 0) items.push({ type: "message", role: "assistant", content: said });
    said = [];
  };
  for (const part of content) {
    if (part.type === "text") said.push({ type: "output_text", text: part.text, annotations: [] });
    else if (part.type === "refusal") said.push({ type: "refusal", refusal: part.text });
    else {
      close();
      if (part.type === "tool-call") items.push(callItem(part));
      else items.push(reasoningItem(part, provider));
    }
  }
  close();
  return items;
}

const callItem = ({ id, name, arguments: text }: Extract<AssistantPart, { type: "tool-call" }>): JsonObject => ({
  type: "function_call",
  call_id: id,
  name,
  arguments: text,
});

/**
 * Only encrypted reasoning goes back: the API looks other reasoning up by an id that it never gave. What carries a
 * signature is another vendor's and means nothing here.
 */
function reasoningItem(part: Extract<AssistantPart, { type: "reasoning" }>, provider: string): JsonObject {
  const { text, signature, data } = part;
  if (signature !== null || data === null) {
    throw new RollwardError("untranslatable", { field: "reasoning", provider, param: "input" });
  }
  const summary = text === null ? [] : [{ type: "summary_text", text }];
  return { type: "reasoning", id: `rs_${sha256Hex(data).slice(0, 32)}`, summary, encrypted_content: data };
}
