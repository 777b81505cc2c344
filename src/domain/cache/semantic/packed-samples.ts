import type { Sample } from "./logistic-model.ts";
import { FEATURE_NAMES } from "./pair-features.ts";

/** Features have four places and lie in [-1, 1], so each is a whole number of 16 bits. */
const SCALE = 10_000;
const WIDTH = FEATURE_NAMES.length + 1;
const BYTES = 2 * WIDTH;

/** Samples as base64 of 16-bit numbers, little-endian: the label, 1 for right, then the features; 43 signs each. */
export function packSamples(samples: readonly Sample[]): string {
  const numbers = new Int16Array(samples.length * WIDTH);
  for (const [row, { x, isCorrect }] of samples.entries()) {
    numbers[row * WIDTH] = Number(isCorrect);
    for (let at = 1; at < WIDTH; at += 1) numbers[row * WIDTH + at] = Math.round((x[at - 1] ?? 0) * SCALE);
  }
  return Buffer.from(numbers.buffer).toString("base64");
}

/** Reads what `packSamples` wrote; `null` for anything else. */
export function unpackSamples(packed: unknown): readonly Sample[] | null {
  if (typeof packed !== "string") return null;
  const bytes = Uint8Array.from(Buffer.from(packed, "base64"));
  // Every sign of the text has to have counted: what is no base64 is passed over in silence.
  if (bytes.length % BYTES !== 0 || packed.length !== Math.ceil(bytes.length / 3) * 4) return null;
  const numbers = new Int16Array(bytes.buffer);
  const samples: Sample[] = [];
  for (let row = 0; row < numbers.length; row += WIDTH) {
    const label = numbers[row];
    const x = Array.from(numbers.subarray(row + 1, row + WIDTH), (value) => value / SCALE);
    if ((label !== 0 && label !== 1) || x.some((value) => Math.abs(value) > 1)) return null;
    samples.push({ x, isCorrect: label === 1 });
  }
  return samples;
}
