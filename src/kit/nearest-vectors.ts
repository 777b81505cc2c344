/** The place of a vector in a list, and its product with the one that was looked for. */
export interface NearVector {
  readonly index: number;
  /** For vectors of length 1, the cosine of the angle between them. */
  readonly product: number;
}

/** The vectors with the largest products, largest first; those of another size are passed over. Exact: all are looked at. */
export function nearestVectors(
  sought: Float32Array,
  vectors: readonly Float32Array[],
  count: number,
): readonly NearVector[] {
  const nearest: NearVector[] = [];
  for (const [index, vector] of vectors.entries()) {
    if (vector.length !== sought.length) continue;
    const product = dot(sought, vector);
    const last = nearest[count - 1];
    if (last !== undefined && product <= last.product) continue;
    let at = nearest.length;
    while (at > 0 && (nearest[at - 1]?.product ?? 0) < product) at -= 1;
    nearest.splice(at, 0, { index, product });
    if (nearest.length > count) nearest.pop();
  }
  return nearest;
}

/** Four sums at a time: a loop with one sum waits for each addition. */
function dot(one: Float32Array, other: Float32Array): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const whole = one.length - (one.length % 4);
  for (let at = 0; at < whole; at += 4) {
    a += (one[at] ?? 0) * (other[at] ?? 0);
    b += (one[at + 1] ?? 0) * (other[at + 1] ?? 0);
    c += (one[at + 2] ?? 0) * (other[at + 2] ?? 0);
    d += (one[at + 3] ?? 0) * (other[at + 3] ?? 0);
  }
  for (let at = whole; at < one.length; at += 1) a += (one[at] ?? 0) * (other[at] ?? 0);
  return a + b + c + d;
}

/**
 * A vector of the same direction and length 1; `null` where there is none: no numbers, all 0, not finite, or not as many as
 * `dimension` says.
 */
export function unitVector(numbers: ArrayLike<number>, dimension = numbers.length): Float32Array | null {
  if (numbers.length !== dimension) return null;
  let sum = 0;
  for (let at = 0; at < numbers.length; at += 1) sum += (numbers[at] ?? 0) ** 2;
  const length = Math.sqrt(sum);
  if (!Number.isFinite(length) || length < SHORTEST) return null;
  const unit = new Float32Array(numbers.length);
  for (let at = 0; at < numbers.length; at += 1) unit[at] = (numbers[at] ?? 0) / length;
  return unit;
}

/** Below this the direction is noise. */
const SHORTEST = 1e-12;

/** A vector as bytes, four each, little-endian. */
export function vectorBytes(vector: Float32Array): Buffer {
  const bytes = Buffer.allocUnsafe(vector.length * 4);
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, at * 4);
  return bytes;
}

/** Reads what `vectorBytes` wrote; `null` for what is no vector of length 1. */
export function vectorOf(bytes: Uint8Array): Float32Array | null {
  if (bytes.length === 0 || bytes.length % 4 !== 0) return null;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const vector = new Float32Array(bytes.length / 4);
  let sum = 0;
  for (const at of vector.keys()) {
    const value = buffer.readFloatLE(at * 4);
    vector[at] = value;
    sum += value * value;
  }
  return Math.abs(sum - 1) < UNIT_ERROR ? vector : null;
}

/** Sums of rounded squares. */
const UNIT_ERROR = 1e-3;
