/** What providers put around a request beyond its own bytes: roles, separators, hidden instructions for tools. */
const OVERHEAD_TOKENS = 1_024;
/** The most that an image costs at the providers known today is about 6,000 tokens, whatever its bytes. */
const IMAGE_TOKENS = 8_192;
/** Images looked for; what comes after them is counted by its bytes. */
const MOST_IMAGES = 64;
const QUOTE = 0x22;
/** How far the bytes of an image may stand from where its type is named. */
const NEAR = 200;

/**
 * The most tokens that a rendered request can have: no tokenizer makes more than one token of a byte. An image counts
 * by itself instead of by its bytes, be it sent along (`data:image/…;base64,` or `"media_type":"image/…"` with
 * `"data"`) or only named.
 */
export function mostInputTokens(body: Buffer): number {
  let tokens = body.length + OVERHEAD_TOKENS;
  let from = 0;
  for (let count = 0; count < MOST_IMAGES; count += 1) {
    const at = body.indexOf("image", from);
    if (at < 0) break;
    const data = dataNear(body, at);
    // A name, a type or a word of the text: an image at most, and nothing to take off.
    tokens += IMAGE_TOKENS - (data === null ? 0 : data.end - data.start);
    from = data?.end ?? at + NEAR;
  }
  return Math.max(tokens, OVERHEAD_TOKENS);
}

/** The base64 text of the image whose type is named at a place. */
function dataNear(body: Buffer, at: number): { readonly start: number; readonly end: number } | null {
  const near = body.subarray(at, at + NEAR);
  const url = near.indexOf(";base64,");
  const member = near.indexOf('"data"');
  const start = url >= 0 ? at + url + ";base64,".length : member >= 0 ? body.indexOf(QUOTE, at + member + 6) + 1 : 0;
  if (start === 0) return null;
  const end = body.indexOf(QUOTE, start);
  return end < 0 || !isBase64(body.subarray(start, end)) ? null : { start, end };
}

/** Text that only looks like an image must not count as less than it is. */
function isBase64(bytes: Buffer): boolean {
  for (const byte of bytes) {
    const isLetter = (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
    if (!isLetter && !(byte >= 0x2f && byte <= 0x39) && byte !== 0x2b && byte !== 0x3d) return false;
  }
  return true;
}
