import { imageBytesSent } from "./image-bytes-sent.ts";

/** What providers put around a request beyond its own bytes: roles, separators, hidden instructions for tools. */
const OVERHEAD_TOKENS = 1_024;
/** What an image is taken to cost at least, in tokens: more than vendors of models that we do not know document. */
const IMAGE_TOKENS = 8_192;
/** Places looked at: about 10 ms of a processor. */
const MOST_LOOKS = 50_000;
/** No two images are named closer to each other than this, bytes: `{"type":"input_image","file_id":""}` has 36. */
const APART = 30;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const INPUT = Buffer.from("input_");
/** How far the bytes of an image may stand from where its type is named. */
const NEAR = 200;

/**
 * The most tokens that a rendered request can have: no tokenizer makes more than one token of a byte. An image counts
 * by itself instead of by its bytes where it is sent along, at the place that images have in the dialects; whatever is
 * named like one counts as one. `perImage` is the most that one takes in the models that may be asked.
 */
export function mostInputTokens(rendered: Buffer, perImage = 0): number {
  const body = unescaped(rendered);
  const imageTokens = Math.max(IMAGE_TOKENS, perImage);
  let tokens = body.length + OVERHEAD_TOKENS;
  let from = 0;
  let isSentAlong = false;
  for (let looks = 0; ; looks += 1) {
    const at = body.indexOf("image", from);
    if (at < 0) return Math.max(tokens - (isSentAlong ? imageBytesSent(body) : 0), OVERHEAD_TOKENS);
    // Nobody means well with so many: the rest may be images as close as they can stand.
    if (looks === MOST_LOOKS) return tokens + imageTokens * Math.ceil((body.length - at) / APART);
    from = at + "image".length;
    if (!beginsText(body, at)) continue;
    tokens += imageTokens;
    const end = dataEnd(body, at);
    isSentAlong ||= end !== null;
    from = end ?? at + APART;
  }
}

/** Escapes of `_` and of letters, which nobody needs: a name that is written so would not be found. */
const ESCAPES = ["\\u005", "\\u006", "\\u007"];
/** How all of them begin: most requests have none, and are looked through once for it. */
const ESCAPE = "\\u00";

/** The request as JavaScript writes it, where somebody has written letters of it as escapes. */
function unescaped(body: Buffer): Buffer {
  if (!body.includes(ESCAPE) || !ESCAPES.some((escape) => body.includes(escape))) return body;
  return Buffer.from(JSON.stringify(JSON.parse(body.toString())));
}

/** Whether a name, a type or a text of the JSON begins there, as those of images do (`image`, `image_url`, `input_image`). */
function beginsText(body: Buffer, at: number): boolean {
  const isInput = body.subarray(Math.max(0, at - INPUT.length), at).equals(INPUT);
  const before = at - 1 - (isInput ? INPUT.length : 0);
  return body[before] === QUOTE && body[before - 1] !== BACKSLASH;
}

/** Where the text ends that may be the bytes of the image whose type is named at a place. */
function dataEnd(body: Buffer, at: number): number | null {
  const near = body.subarray(at, at + NEAR);
  const url = near.indexOf(";base64,");
  const member = near.indexOf('"data"');
  const start = url >= 0 ? at + url : member >= 0 ? body.indexOf(QUOTE, at + member + 6) + 1 : 0;
  if (start === 0) return null;
  const end = body.indexOf(QUOTE, start);
  return end < 0 ? null : end;
}
