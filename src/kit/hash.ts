import { createHmac, hash, timingSafeEqual } from "node:crypto";

/** SHA-256 in 64 lower-case hex digits. */
export const sha256Hex = (data: string | Uint8Array): string => hash("sha256", data, "hex");

/** First 53 bits of HMAC-SHA256 as a number in [0, 1): the first 7 bytes, big-endian, without the lowest 3 bits. */
export function hmacUnit(keyHex: string, message: string): number {
  const mac = createHmac("sha256", Buffer.from(keyHex, "hex")).update(message).digest();
  const high = mac.readUIntBE(0, 6);
  const low = (mac[6] ?? 0) >>> 3;
  return (high * 32 + low) / 2 ** 53;
}

/** Compares two hex texts in constant time; different lengths are unequal. */
export function constantTimeEqualHex(a: string, b: string): boolean {
  const left = Buffer.from(a, "hex");
  const right = Buffer.from(b, "hex");
  return left.length === right.length && left.length > 0 && timingSafeEqual(left, right);
}
