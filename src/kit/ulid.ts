/** Crockford's base 32 without i, l, o and u, in lower case. Its order is that of the characters' codes. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** Their codes. */
const CODES = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));

/** What a character stands for, by its code; -1 for one that is none of the alphabet. */
const DIGIT_OF = new Int8Array(128).fill(-1);
for (const [digit, character] of Array.from(ALPHABET).entries()) DIGIT_OF[character.charCodeAt(0)] = digit;

const LENGTH = 26;
const TIME_LENGTH = 10;
const RANDOM_BYTES = 10;
const MAX_TIME_MS = 2 ** 48 - 1;

/**
 * A ULID in 26 lower-case characters: 48 bits of time (`atMs`, epoch milliseconds, a fraction is cut off),
 * then 80 bits of `random` (10 bytes). Those of a later millisecond sort after those of an earlier one.
 * Throws RangeError on a time before 1970 or after 10889, and on another number of bytes.
 */
export function ulid(atMs: number, random: Uint8Array): string {
  const time = Math.floor(atMs);
  const isTime = time >= 0 && time <= MAX_TIME_MS;
  if (!isTime) throw new RangeError(`A ULID cannot hold the time ${atMs}.`);
  if (random.length !== RANDOM_BYTES)
    throw new RangeError(`A ULID takes ${RANDOM_BYTES} random bytes, not ${random.length}.`);
  if (time !== lastTime) writeTime(time);
  writeFortyBits(random, 0, TIME_LENGTH);
  writeFortyBits(random, 5, TIME_LENGTH + 8);
  // One flat text made at once takes half of what joining pieces does, which are joined again when they are sent.
  return text.toString("latin1");
}

/** The characters of the id that is being made; the time of the last one stays: under load many have the same. */
const text = Buffer.alloc(LENGTH);
let lastTime = -1;

function writeTime(time: number): void {
  let rest = time;
  for (let at = TIME_LENGTH - 1; at >= 0; at -= 1) {
    text[at] = codeOf(rest % 32);
    rest = Math.floor(rest / 32);
  }
  lastTime = time;
}

/** Five bytes in eight characters. */
function writeFortyBits(bytes: Uint8Array, from: number, to: number): void {
  const middle = bytes[from + 2] ?? 0;
  writeTwentyBits(((bytes[from] ?? 0) << 12) | ((bytes[from + 1] ?? 0) << 4) | (middle >> 4), to);
  writeTwentyBits(((middle & 15) << 16) | ((bytes[from + 3] ?? 0) << 8) | (bytes[from + 4] ?? 0), to + 4);
}

function writeTwentyBits(bits: number, to: number): void {
  text[to] = codeOf(bits >>> 15);
  text[to + 1] = codeOf(bits >>> 10);
  text[to + 2] = codeOf(bits >>> 5);
  text[to + 3] = codeOf(bits);
}

const codeOf = (bits: number): number => CODES[bits & 31] ?? 0;

/** The 16 bytes of the ULID at the end of an id, in 32 lower-case hex digits. */
export function ulidHex(id: string): string {
  const start = id.length - LENGTH;
  // Of 26 characters with 5 bits each the first two bits are zeros, so two characters are one byte.
  binary[0] = (digitAt(id, start) << 5) | digitAt(id, start + 1);
  for (let at = start + 2, to = 1; to < BINARY_LENGTH; at += 8, to += 5) {
    const left = twentyBitsAt(id, at);
    const right = twentyBitsAt(id, at + 4);
    // Eight characters are five bytes; the one in the middle is made of both halves.
    binary[to] = left >>> 12;
    binary[to + 1] = left >>> 4;
    binary[to + 2] = (left << 4) | (right >>> 16);
    binary[to + 3] = right >>> 8;
    binary[to + 4] = right;
  }
  return binary.toString("hex");
}

const BINARY_LENGTH = 16;
const binary = Buffer.alloc(BINARY_LENGTH);

const twentyBitsAt = (id: string, at: number): number =>
  (digitAt(id, at) << 15) | (digitAt(id, at + 1) << 10) | (digitAt(id, at + 2) << 5) | digitAt(id, at + 3);

const digitAt = (id: string, at: number): number => Math.max(0, DIGIT_OF[id.charCodeAt(at)] ?? 0);

/** The time in a ULID, or in an id such as `call_01jd…` that ends with one, in epoch milliseconds; `null` when there is none. */
export function ulidTime(id: string): number | null {
  const start = id.length - LENGTH;
  if (start < 0 || (start > 0 && id[start - 1] !== "_")) return null;
  let time = 0;
  for (let index = 0; index < LENGTH; index += 1) {
    const digit = DIGIT_OF[id.charCodeAt(start + index)] ?? -1;
    if (digit < 0) return null;
    if (index < TIME_LENGTH) time = time * 32 + digit;
  }
  return time <= MAX_TIME_MS ? time : null;
}
