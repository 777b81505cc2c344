import { hash, timingSafeEqual } from "node:crypto";

/** SHA-256 of bytes, or of a text in UTF-8, in 64 lower-case hex digits. */
export const sha256Hex = (data: string | Uint8Array): string => hash("sha256", data, "hex");

/**
 * The first 53 bits of HMAC-SHA256 (RFC 2104) divided by 2^53: a number in [0, 1) that nobody can foretell
 * without the key. Layout: the first 7 bytes of the code, big-endian, without their lowest 3 bits. `keyHex`
 * is the key in hex digits, the message is taken in UTF-8. Throws TypeError on a key that is not hex.
 */
export function hmacUnit(keyHex: string, message: string): number {
  const code = hmacSha256Hex(paddedKey(keyHex), message);
  // 48 bits, then 5: parsed as one, 56 bits would be rounded to 53 and could reach 1.
  const high = Number.parseInt(code.slice(0, 12), 16);
  const low = Number.parseInt(code.slice(12, 14), 16) >>> 3;
  return (high * 32 + low) / 2 ** 53;
}

/** Compares two texts of hex digits without telling by its time where they differ. False for what is not hex, and for nothing. */
export function constantTimeEqualHex(a: string, b: string): boolean {
  const left = hexBytes(a);
  const right = hexBytes(b);
  return left !== null && right !== null && left.length === right.length && timingSafeEqual(left, right);
}

/** Bytes of a block and of a code of SHA-256. */
const BLOCK_BYTES = 64;
const CODE_BYTES = 32;

/** Messages up to this many UTF-16 code units are written into a buffer that stands ready. */
const READY_UNITS = 512;
/** Most bytes of a UTF-16 code unit in UTF-8. */
const UNIT_BYTES = 3;

/** A key as HMAC uses it, with room after each pad. */
interface PaddedKey {
  /** The key with 0x36 in each byte, then room for a message. */
  readonly inner: Buffer;
  /** The key with 0x5c in each byte, then room for the inner code. */
  readonly outer: Buffer;
}

/** Two one-shot hashes over prepared buffers take less than half the time of a `createHmac`, whose making dominates. */
function hmacSha256Hex({ inner, outer }: PaddedKey, message: string): string {
  const code = hash("sha256", innerInput(inner, message), "binary");
  outer.write(code, BLOCK_BYTES, "latin1");
  return hash("sha256", outer, "hex");
}

function innerInput(inner: Buffer, message: string): Buffer {
  if (message.length > READY_UNITS) return Buffer.concat([inner.subarray(0, BLOCK_BYTES), Buffer.from(message)]);
  return inner.subarray(0, BLOCK_BYTES + inner.write(message, BLOCK_BYTES));
}

/** Padded keys by their hex digits. A process draws with the few seeds of its open rollouts. */
const paddedKeys = new Map<string, PaddedKey>();
const MOST_KEYS = 256;

function paddedKey(keyHex: string): PaddedKey {
  const known = paddedKeys.get(keyHex);
  if (known !== undefined) return known;
  const given = hexBytes(keyHex);
  if (given === null) throw new TypeError("An HMAC key must be hex digits.");
  const key = given.length > BLOCK_BYTES ? hash("sha256", given, "buffer") : given;
  const made = {
    inner: Buffer.alloc(BLOCK_BYTES + READY_UNITS * UNIT_BYTES, 0x36),
    outer: Buffer.alloc(BLOCK_BYTES + CODE_BYTES, 0x5c),
  };
  for (const [index, byte] of key.entries()) {
    made.inner[index] = byte ^ 0x36;
    made.outer[index] = byte ^ 0x5c;
  }
  const [oldest] = paddedKeys.keys();
  if (paddedKeys.size >= MOST_KEYS && oldest !== undefined) paddedKeys.delete(oldest);
  paddedKeys.set(keyHex, made);
  return made;
}

/** `null` for an empty text and for one that is not pairs of hex digits; Buffer.from would silently stop there. */
function hexBytes(text: string): Buffer | null {
  const bytes = Buffer.from(text, "hex");
  return bytes.length > 0 && bytes.length * 2 === text.length ? bytes : null;
}
