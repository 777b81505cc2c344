import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { untranslatable } from "./vendor-parts.ts";

const IMAGE_TYPES: Readonly<Record<string, string>> = {
  bmp: "image/bmp",
  gif: "image/gif",
  heic: "image/heic",
  heif: "image/heif",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
};

/** The media type of an image by the ending of its address; only `image` where that tells nothing. */
export function imageTypeOf({ pathname }: URL): string {
  const ending = pathname.slice(pathname.lastIndexOf(".") + 1).toLowerCase();
  return Object.hasOwn(IMAGE_TYPES, ending) ? (IMAGE_TYPES[ending] ?? "image") : "image";
}

/**
 * Images by address are for vendors that fetch them; Rollward fetches nothing. What a vendor takes, its package says by
 * media type. Throws `untranslatable` for what it does not take.
 */
export async function refuseAddresses(
  model: LanguageModelV4,
  prompt: LanguageModelV4CallOptions["prompt"],
  provider: string,
): Promise<void> {
  const parts = prompt.flatMap((message) => (message.role === "user" ? message.content : []));
  const files = parts.flatMap((part) =>
    part.type === "file" && part.data.type === "url"
      ? [{ mediaType: part.mediaType, address: part.data.url.href }]
      : [],
  );
  if (files.length === 0) return;
  const taken = Object.entries(await model.supportedUrls);
  const isTaken = ({ mediaType, address }: (typeof files)[number]): boolean =>
    taken.some(([key, patterns]) => covers(key, mediaType) && patterns.some((pattern) => address.search(pattern) >= 0));
  if (!files.every(isTaken)) throw untranslatable("image_url.url", provider);
}

/** As the AI SDK's own core reads a package's list: everything, all of one kind (`image/*`), or one type. */
function covers(key: string, mediaType: string): boolean {
  const kind = key.toLowerCase();
  if (kind === "*" || kind === "*/*") return true;
  return kind.endsWith("/*") ? `${mediaType}/`.startsWith(kind.slice(0, -1)) : kind === mediaType;
}
