import type { SessionOutcome } from "./evidence.ts";

/** Values of the sessions of a block, by arm. */
export interface ArmValues {
  readonly candidate: ArrayLike<number>;
  readonly stable: ArrayLike<number>;
}

/** Below four sessions most blocks would lack an arm. */
const MIN_SIZE = 4;

/** Bounds the buffer; a weight this small needs months anyway. */
const MAX_SIZE = 10_000;

/**
 * Sessions of a block at a candidate weight: one over the smaller arm's weight, so that a block holds about
 * one session of it. It depends on nothing but the weight.
 */
export function blockSize(weight: number): number {
  const sessions = Math.round(1 / Math.min(weight, 1 - weight));
  return Math.min(MAX_SIZE, Math.max(MIN_SIZE, sessions));
}

/**
 * Cuts sessions, in assignment order, into blocks of a fixed number of consecutive ones. Where a block ends
 * does not depend on who was assigned where, so inside a block all assignments were equally likely and drift
 * hits both arms alike. A block never spans two epochs: an unfinished one is dropped when the next epoch
 * begins. A block that lacks an arm is skipped, and so is one where an arm has no value: of those it says nothing.
 */
export class Blocks {
  readonly #onClosed: (block: ArmValues) => void;
  readonly #sizeOf: (weight: number) => number;
  #epoch = Number.NaN;
  #weight = Number.NaN;
  #candidate = new Float64Array(0);
  #stable = new Float64Array(0);
  #candidates = 0;
  #stables = 0;
  /** Sessions that have a place and no value. */
  #unknown = 0;

  /** `onClosed` gets views of the buffers, valid during the call only. */
  constructor(onClosed: (block: ArmValues) => void, sizeOf: (weight: number) => number = blockSize) {
    this.#onClosed = onClosed;
    this.#sizeOf = sizeOf;
  }

  /**
   * Takes the next session's value; Infinity is allowed. `null` has a place and no value, so that where a block ends
   * does not depend on whose values are missing.
   */
  add(session: Pick<SessionOutcome, "arm" | "epoch" | "weight">, value: number | null): void {
    if (session.epoch !== this.#epoch || session.weight !== this.#weight) this.#open(session.epoch, session.weight);
    if (value === null) {
      this.#unknown += 1;
    } else if (session.arm === "candidate") {
      this.#candidate[this.#candidates] = value;
      this.#candidates += 1;
    } else {
      this.#stable[this.#stables] = value;
      this.#stables += 1;
    }
    if (this.#candidates + this.#stables + this.#unknown === this.#candidate.length) this.#close();
  }

  #open(epoch: number, weight: number): void {
    const size = this.#sizeOf(weight);
    if (size !== this.#candidate.length) {
      this.#candidate = new Float64Array(size);
      this.#stable = new Float64Array(size);
    }
    this.#epoch = epoch;
    this.#weight = weight;
    this.#candidates = 0;
    this.#stables = 0;
    this.#unknown = 0;
  }

  #close(): void {
    const [candidates, stables] = [this.#candidates, this.#stables];
    this.#candidates = 0;
    this.#stables = 0;
    this.#unknown = 0;
    if (candidates === 0 || stables === 0) return;
    this.#onClosed({ candidate: this.#candidate.subarray(0, candidates), stable: this.#stable.subarray(0, stables) });
  }
}
