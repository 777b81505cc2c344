import type { ContentPart } from "../../../domain/call/canonical.ts";
import type { Fields } from "../fields.ts";
import { dataUrl } from "./data-url.ts";

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
  const read = dataUrl(url);
  if (read === null || !read.mediaType.startsWith("image/")) {
    throw image.invalid("url", "must be an address, or data of the form data:image/…;base64,…");
  }
  return { type: "image-data", ...read };
}

function isWebAddress(url: string): boolean {
  const start = url.slice(0, 8).toLowerCase();
  return (start.startsWith("http://") || start === "https://") && URL.canParse(url);
}
