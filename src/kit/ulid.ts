/** Crockford's base 32 without i, l, o and u, in lower case. Its order is that of the characters' codes. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** Ten bits in two characters. */
const PAIRS: readonly string[] = Array.from(ALPHABET, (high) => Array.from(ALPHABET, (low) => high + low)).flat();

const pair = (bits: number): string => PAIRS[bits & 1023] ?? "";

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
  return timeText(time) + fortyBits(random, 0) + fortyBits(random, 5);
}

/** The time that was written last: under load many ids are of the same millisecond. */
let lastTime = -1;
let lastText = "";

function timeText(time: number): string {
  if (time === lastTime) return lastText;
  const early = Math.floor(time / 2 ** 30);
  const late = time % 2 ** 30;
  lastTime = time;
  lastText = pair(early >>> 10) + pair(early) + pair(late >>> 20) + pair(late >>> 10) + pair(late);
  return lastText;
}

/** Five bytes in eight characters. */
function fortyBits(bytes: Uint8Array, at: number): string {
  const second = bytes[at + 1] ?? 0;
  const third = bytes[at + 2] ?? 0;
  const fourth = bytes[at + 3] ?? 0;
  const left = pair(((bytes[at] ?? 0) << 2) | (second >> 6)) + pair((second << 4) | (third >> 4));
  return left + pair((third << 6) | (fourth >> 2)) + pair((fourth << 8) | (bytes[at + 4] ?? 0));
}

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
