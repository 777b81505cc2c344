const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LOWER_U = 0x75;
/** Stands for the byte after the last one; no string may hold it. */
const END = 0;

/** 1 for the bytes that stand for themselves in a JSON string: all but quote, backslash and control characters. */
export const PLAIN: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === QUOTE || byte === BACKSLASH ? 0 : 1,
);

/** What the letter after a backslash stands for; 0 where JSON has no such escape. */
const ESCAPED = new Uint8Array(256);
for (const letter of '"\\/bfnrt') ESCAPED[letter.charCodeAt(0)] = (JSON.parse(`"\\${letter}"`) as string).charCodeAt(0);

/** Value of a hexadecimal digit; -1 for any other byte. */
const HEX = Int8Array.from({ length: 256 }, (_, byte) => {
  const digit = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(digit) ? -1 : digit;
});

/** The first bytes of a string are read one by one: most strings are short. */
const NEAR_BYTES = 16;

/** From the opening quote at `open` to just after the closing one; `-1 - at` when there is a fault at `at`. */
export function skipJsonString(bytes: Buffer, view: DataView, open: number): number {
  let at = open + 1;
  for (;;) {
    const near = Math.min(at + NEAR_BYTES, bytes.length);
    while (at < near && PLAIN[bytes[at] ?? END] === 1) at += 1;
    if (at === near && at < bytes.length) {
      at = skipPlain(view, at);
      continue;
    }
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    const end = byte === BACKSLASH ? escapeEnd(bytes, at) : -1;
    if (end < 0) return -1 - at;
    at = end;
  }
}

/** From `start` past plain bytes, eight at once; stops at most seven bytes before the first that is not plain. */
function skipPlain(view: DataView, start: number): number {
  const last = view.byteLength - 8;
  let at = start;
  while (at <= last) {
    const special = specialBits(view.getInt32(at, true)) | specialBits(view.getInt32(at + 4, true));
    if ((special & 0x80808080) !== 0) break;
    at += 8;
  }
  return at;
}

/**
 * Sets the top bit of a byte that is a quote, a backslash or a control character. Of the four bytes in a word,
 * `(x - 0x01010101) & ~x` so marks those that are 0, and with 0x20 for 0x01 those below 0x20.
 */
function specialBits(word: number): number {
  const quote = word ^ 0x22222222;
  const backslash = word ^ 0x5c5c5c5c;
  return ((word - 0x20202020) & ~word) | ((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash);
}

/** Where the escape that begins at `start` ends, a surrogate with its other half; -1 when it is none. */
export function escapeEnd(bytes: Buffer, start: number): number {
  const kind = bytes[start + 1] ?? END;
  if (ESCAPED[kind] !== 0) return start + 2;
  const unit = kind === LOWER_U ? hexUnit(bytes, start + 2) : -1;
  if (unit < 0xd800 || unit > 0xdfff) return unit < 0 ? -1 : start + 6;
  const isPair = unit < 0xdc00 && bytes[start + 6] === BACKSLASH && bytes[start + 7] === LOWER_U;
  const low = isPair ? hexUnit(bytes, start + 8) : -1;
  return low < 0xdc00 || low > 0xdfff ? -1 : start + 12;
}

/** The code point of an escape that `escapeEnd` found good. */
export function escapedCodePoint(bytes: Buffer, start: number): number {
  const kind = bytes[start + 1] ?? END;
  if (kind !== LOWER_U) return ESCAPED[kind] ?? 0;
  const unit = hexUnit(bytes, start + 2);
  if (unit < 0xd800 || unit > 0xdfff) return unit;
  return 0x10000 + ((unit - 0xd800) << 10) + (hexUnit(bytes, start + 8) - 0xdc00);
}

/** Four hexadecimal digits; negative when they are not. */
function hexUnit(bytes: Buffer, start: number): number {
  let unit = 0;
  for (let at = start; at < start + 4; at += 1) unit = (unit << 4) | (HEX[bytes[at] ?? END] ?? -1);
  return unit;
}

/** What is wrong at `at`, where a string cannot go on, in plain words. */
export function jsonStringFault(bytes: Buffer, at: number): string {
  if (at >= bytes.length) return "a string without an end";
  if (bytes[at] !== BACKSLASH) return "a control character in a string";
  const isUnit = bytes[at + 1] === LOWER_U && hexUnit(bytes, at + 2) >= 0;
  return isUnit ? "a lone surrogate" : "an escape that JSON does not have";
}
