import type { HoldBackPolicy } from "../../domain/release/fault-policy.ts";
import type { Clock } from "../../ports/clock.ts";

/** Says once when the beginning of a stream need not be held back any longer. */
export class HoldBack {
  readonly #policy: HoldBackPolicy;
  readonly #clock: Clock;
  readonly #release: () => void;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, policy: HoldBackPolicy, release: () => void) {
    this.#clock = clock;
    this.#policy = policy;
    this.#release = release;
  }

  /** The first token has come, with this many characters. */
  begun(characters: number): void {
    if (characters >= this.#policy.characters) return this.#release();
    this.#cancel = this.#clock.after(this.#policy.ms, () => this.#end());
  }

  /** This many characters have come in all. */
  progress(characters: number): void {
    if (this.#cancel !== null && characters >= this.#policy.characters) this.#end();
  }

  /** The stream is over; nothing is released any more. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #end(): void {
    this.stop();
    this.#release();
  }
}
