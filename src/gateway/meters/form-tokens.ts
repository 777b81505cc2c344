import type { OpenCall } from "../open-call.ts";

/** An image costs this many tokens at most, whatever its bytes. */
const IMAGE_TOKENS = 8_192;
/** Sixteen images and a mask. */
const MOST_IMAGES = 17;
/** Sound of at least 500 bytes a second (4 kbit/s), at 10 tokens a second. */
const BYTES_PER_SOUND_TOKEN = 50;
/** Texts of a form, and what is put round them. */
const TEXT_TOKENS = 32 * 1_024;

/** The most tokens that a form can have, whose bytes are images or sound; `null` for a request that is no form. */
export function formTokens({ request, arrival }: OpenCall): number | null {
  if (request?.setField === undefined) return null;
  if (arrival.dialect.name === "openai-images") return TEXT_TOKENS + MOST_IMAGES * IMAGE_TOKENS;
  return TEXT_TOKENS + Math.ceil(arrival.bytes.length / BYTES_PER_SOUND_TOKEN);
}

/** Whether a request is counted in tokens when it is let in: files and forms are not. */
export const hasTextOnly = ({ request, arrival }: OpenCall): boolean =>
  request?.setField === undefined && arrival.dialect.name !== "openai-files";
