import type { ContentPart } from "../../../domain/call/canonical.ts";
import type { Fields } from "../fields.ts";

/** An image by address or as data (`data:image/png;base64,…`, RFC 2397). Nothing is fetched here. */
export function imagePart(image: Fields): ContentPart {
  const url = image.requiredString("url");
  const detail = image.string("detail");
  image.done();
  const asked = detail === "auto" ? null : detail;
  if (!url.slice(0, 5).toLowerCase().startsWith("data:")) {
    if (!isWebAddress(url)) throw image.untranslatable("url");
    return { type: "image", url, detail: asked };
  }
  // Data has no place for a detail, and only base64 is carried.
  if (asked !== null) throw image.untranslatable("detail");
  const comma = url.indexOf(",");
  const [mediaType = "", ...settings] = url.slice(5, Math.max(comma, 5)).toLowerCase().split(";");
  const isBase64 = comma > 0 && settings.length === 1 && settings[0] === "base64";
  if (!isBase64 || !mediaType.startsWith("image/")) {
    throw image.invalid("url", "must be an address, or data of the form data:image/…;base64,…");
  }
  return { type: "image-data", data: url.slice(comma + 1), mediaType };
}

function isWebAddress(url: string): boolean {
  const start = url.slice(0, 8).toLowerCase();
  return (start.startsWith("http://") || start === "https://") && URL.canParse(url);
}
