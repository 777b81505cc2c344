import type { CacheTtl, ContentPart } from "../../../../domain/call/canonical.ts";
import type { Json } from "../../../../domain/json.ts";
import type { Fields } from "../../fields.ts";

/** `cache_control` of a block, as a member to spread; nothing where there is none. */
export function cacheOf(block: Fields): { readonly cache?: CacheTtl } {
  if (block.value("cache_control") === null) return {};
  const control = block.fields("cache_control");
  if (control.requiredString("type") !== "ephemeral") throw control.untranslatable("type");
  const ttl = control.string("ttl") ?? "5m";
  if (ttl !== "5m" && ttl !== "1h") throw control.untranslatable("ttl");
  control.done();
  return { cache: ttl };
}

/** `content` of a message as blocks: a string is one text block. */
export function blocksOf(message: Fields, name: string): readonly Fields[] | string {
  const content: Json = message.value(name);
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) throw message.invalid(name, "must be a string or an array of blocks");
  return message.items(name);
}

/** A text block: its text and cache hint. Citations cannot be carried. */
export function textOf(block: Fields): { readonly text: string; readonly cache?: CacheTtl } {
  const text = block.string("text");
  if (text === null) throw block.invalid("text", "must be a string");
  block.leaveDefault("citations", []);
  const read = { text, ...cacheOf(block) };
  block.done();
  return read;
}

/** What a person or a tool says: text, images and documents. Blocks of server tools cannot be carried. */
export function contentPart(block: Fields): ContentPart {
  const type = block.requiredString("type");
  if (type === "text") return { type, ...textOf(block) };
  if (type === "image") return imagePart(block);
  if (type === "document") return documentPart(block);
  throw block.untranslatable("type");
}

function imagePart(block: Fields): ContentPart {
  const source = block.fields("source");
  const cache = cacheOf(block);
  block.done();
  switch (source.requiredString("type")) {
    case "base64": {
      const part = { data: source.requiredString("data"), mediaType: source.requiredString("media_type") };
      source.done();
      return { type: "image-data", ...part, ...cache };
    }
    case "url": {
      const url = source.requiredString("url");
      source.done();
      return { type: "image", url, detail: null, ...cache };
    }
    default:
      throw source.untranslatable("type");
  }
}

function documentPart(block: Fields): ContentPart {
  block.leaveDefault("citations", { enabled: false });
  const source = block.fields("source");
  const rest = { name: block.string("title"), ...cacheOf(block) };
  block.done();
  const type = source.requiredString("type");
  if (type === "url") {
    const url = source.requiredString("url");
    source.done();
    return { type: "document", url, ...rest };
  }
  if (type !== "base64" && type !== "text") throw source.untranslatable("type");
  const given = source.requiredString("data");
  const mediaType = source.requiredString("media_type");
  source.done();
  const data = type === "text" ? Buffer.from(given).toString("base64") : given;
  return { type: "document-data", data, mediaType, ...rest };
}
