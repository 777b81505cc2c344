import type { AssistantPart, ContentPart } from "../../../../domain/call/canonical.ts";
import type { Fields } from "../../fields.ts";
import { dataOf, isDataUrl, isWebAddress } from "./data-url.ts";

/** What the user or a tool says under `name`: a string, or parts of text, images, files and sound. */
export function contentOf(item: Fields, name: string): readonly ContentPart[] {
  const content = item.value(name);
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (!Array.isArray(content)) throw item.invalid(name, "must be a string or an array of parts");
  return item.items(name).map((part) => {
    const read = contentPart(part);
    part.done();
    return read;
  });
}

function contentPart(part: Fields): ContentPart {
  switch (part.requiredString("type")) {
    case "input_text":
    case "output_text":
    case "text":
      return { type: "text", text: textOf(part) };
    case "input_image":
      return imagePart(part);
    case "input_file":
      return filePart(part);
    case "input_audio": {
      const audio = part.fields("input_audio");
      const read: ContentPart = {
        type: "audio-data",
        data: audio.requiredString("data"),
        format: audio.requiredString("format"),
      };
      audio.done();
      return read;
    }
    default:
      throw part.untranslatable("type");
  }
}

/** `text` of a part that has one; it may be empty. */
function textOf(part: Fields): string {
  const text = part.string("text");
  if (text === null) throw part.invalid("text", "must be a string");
  return text;
}

function imagePart(part: Fields): ContentPart {
  const detail = part.string("detail");
  const asked = detail === "auto" ? null : detail;
  if (part.string("file_id") !== null) throw part.untranslatable("file_id");
  const url = part.requiredString("image_url");
  if (!isDataUrl(url)) {
    if (!isWebAddress(url)) throw part.untranslatable("image_url");
    return { type: "image", url, detail: asked };
  }
  // Data has no place for a detail.
  if (asked !== null) throw part.untranslatable("detail");
  const data = dataOf(url);
  if (data === null || !data.mediaType.startsWith("image/")) {
    throw part.invalid("image_url", "must be an address, or data of the form data:image/…;base64,…");
  }
  return { type: "image-data", ...data };
}

function filePart(part: Fields): ContentPart {
  const name = part.string("filename");
  if (part.string("file_id") !== null) throw part.untranslatable("file_id");
  const url = part.string("file_url");
  if (url !== null) {
    if (!isWebAddress(url)) throw part.untranslatable("file_url");
    return { type: "document", url, name };
  }
  const given = part.requiredString("file_data");
  const data = isDataUrl(given) ? dataOf(given) : { mediaType: "application/pdf", data: given };
  if (data === null) throw part.invalid("file_data", "must be base64, or data of the form data:…;base64,…");
  return { type: "document-data", ...data, name };
}

/** `content` of a system message: one text for a string, one for each part. */
export function textsOf(item: Fields): readonly string[] {
  const content = item.value("content");
  if (typeof content === "string") return [content];
  if (!Array.isArray(content)) throw item.invalid("content", "must be a string or an array of parts");
  return item.items("content").map((part) => {
    const type = part.requiredString("type");
    if (type !== "input_text" && type !== "output_text") throw part.untranslatable("type");
    const text = textOf(part);
    part.leave("annotations", "logprobs");
    part.done();
    return text;
  });
}

/** `content` of a message that the assistant has written. What a provider noted beside its text does not go back. */
export function assistantContent(item: Fields): readonly AssistantPart[] {
  const content = item.value("content");
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (!Array.isArray(content)) throw item.invalid("content", "must be a string or an array of parts");
  return item.items("content").map((part): AssistantPart => {
    const type = part.requiredString("type");
    if (type === "refusal") {
      const refusal = part.string("refusal");
      if (refusal === null) throw part.invalid("refusal", "must be a string");
      part.done();
      return { type, text: refusal };
    }
    if (type !== "output_text" && type !== "input_text") throw part.untranslatable("type");
    const text = textOf(part);
    part.leave("annotations", "logprobs");
    part.done();
    return { type: "text", text };
  });
}
