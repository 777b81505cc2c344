const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** A ULID in 26 lower-case characters: 48 bits of `atMs` (epoch milliseconds), then 80 random bits. Sortable by time. */
export function ulid(atMs: number, random: Uint8Array): string {
  let text = "";
  let time = Math.floor(atMs);
  for (let index = 0; index < 10; index += 1) {
    text = ALPHABET[time % 32] + text;
    time = Math.floor(time / 32);
  }
  let bits = 0;
  let value = 0;
  for (let index = 0; index < 10; index += 1) {
    value = (value << 8) | (random[index] ?? 0);
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(value >>> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return text;
}

/** The time in a ULID or in an id that ends with one, epoch milliseconds; `null` when there is none. */
export function ulidTime(id: string): number | null {
  const text = id.slice(-26);
  if (text.length !== 26) return null;
  let time = 0;
  for (let index = 0; index < 10; index += 1) {
    const digit = ALPHABET.indexOf(text[index] ?? "?");
    if (digit < 0) return null;
    time = time * 32 + digit;
  }
  return time;
}
