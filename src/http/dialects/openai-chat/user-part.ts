import type { ContentPart } from "../../../domain/call/canonical.ts";
import type { Fields } from "../fields.ts";
import { dataUrl } from "./data-url.ts";
import { imagePart } from "./image-part.ts";

/** A part of a user's message: text, an image, a file that comes with its data, or sound. */
export function userPart(part: Fields): ContentPart {
  switch (part.value("type")) {
    case "image_url":
      return carried(part, imagePart(part.fields("image_url")));
    case "file":
      return carried(part, filePart(part.fields("file")));
    case "input_audio":
      return carried(part, audioPart(part.fields("input_audio")));
    default:
      return { type: "text", text: textPart(part) };
  }
}

/** The text of a part that is text or a refusal. */
export function textPart(part: Fields): string {
  const type = part.requiredString("type");
  if (type !== "text" && type !== "refusal") throw part.untranslatable("type");
  const text = part.string(type);
  if (text === null) throw part.invalid(type, "must be a string");
  part.done();
  return text;
}

function carried(part: Fields, content: ContentPart): ContentPart {
  part.done();
  return content;
}

/** A file named by its id is known to one provider only: `done` refuses it. */
function filePart(file: Fields): ContentPart {
  const name = file.string("filename");
  if (file.value("file_id") !== null) throw file.untranslatable("file_id");
  const read = dataUrl(file.requiredString("file_data"));
  file.done();
  if (read === null) throw file.invalid("file_data", "must be data of the form data:…/…;base64,…");
  return { type: "document-data", ...read, name };
}

function audioPart(audio: Fields): ContentPart {
  const read: ContentPart = {
    type: "audio-data",
    data: audio.requiredString("data"),
    format: audio.requiredString("format"),
  };
  audio.done();
  return read;
}
