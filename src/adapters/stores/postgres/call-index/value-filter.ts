/** Bits per value and probes: one in a hundred answers that a value may be there is wrong (Bloom 1970). */
const BITS_PER_VALUE = 10;
const PROBES = 7;
const LOW = 2 ** 21;

/** A set of hashes of 53 bits as a few bits each, which says of a value that it is not there, or that it may be. */
export function valueFilter(values: ReadonlySet<number>): Buffer {
  const filter = Buffer.alloc(Math.ceil((values.size * BITS_PER_VALUE) / 8) + 8);
  for (const value of values) {
    for (const bit of bitsOf(value, filter.length * 8)) filter[bit >>> 3] = (filter[bit >>> 3] ?? 0) | (1 << (bit & 7));
  }
  return filter;
}

/** Whether a value may be in the set. */
export function mayHaveValue(filter: Buffer, value: number): boolean {
  for (const bit of bitsOf(value, filter.length * 8))
    if (((filter[bit >>> 3] ?? 0) & (1 << (bit & 7))) === 0) return false;
  return true;
}

/** Probes from two hashes, the halves of the value (Kirsch and Mitzenmacher 2006). */
function* bitsOf(value: number, bits: number): Generator<number> {
  const high = Math.floor(value / LOW);
  const low = (value % LOW) * 2 + 1;
  for (let probe = 0; probe < PROBES; probe += 1) yield (high + probe * low) % bits;
}
