import type { EventEmitter } from "node:events";

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** A terminal, npm and whoever watches its parent may each hand on one and the same wish, ms. */
const SAME_WISH_MS = 1_000;

const ONCE_MORE = "Once more, a second later, stops at once: the last seconds of records are lost.";

/** Where wishes come from and what can be done about them: the process itself, and something else in tests. */
export interface StopTerms {
  readonly process: EventEmitter;
  /** Monotonic, ms. */
  readonly now: () => number;
  /** Tells whoever waits, in a sentence. */
  readonly say: (text: string) => void;
  /** How long calls under way may take once it stops, ms. */
  readonly drainMs: number;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
}

/**
 * Hears SIGINT, SIGTERM and SIGHUP, which a closed terminal sends, from before the first call can be answered: a server that answers
 * must also stop in good order.
 * A wish that comes earlier is granted as soon as there is something to stop. A second one ends the process at once, with the shell's
 * exit code for the signal (128 and its number), and loses what a kill loses: the last seconds of records and of what was counted.
 * SIGHUP is never that second one: who closes his terminal over a server that stops is not impatient.
 */
export class StopWishes {
  readonly #terms: StopTerms;
  #wishedAt: number | null = null;
  #stop: (() => Promise<void>) | null = null;

  constructor(terms: StopTerms) {
    this.#terms = terms;
    for (const [signal, number] of Object.entries(SIGNALS)) terms.process.on(signal, () => this.#wish(number));
  }

  /** Whether it is to stop. */
  get isWished(): boolean {
    return this.#wishedAt !== null;
  }

  /** `stop` ends in good order what runs now; it must not reject. It is called once, also for a wish that came before. */
  grantWith(stop: () => Promise<void>): void {
    this.#stop = stop;
    if (this.#wishedAt !== null) this.#grant();
  }

  #wish(number: number): void {
    const { now, say, exit, drainMs } = this.#terms;
    if (this.#wishedAt !== null) {
      if (number !== SIGNALS.SIGHUP && now() - this.#wishedAt >= SAME_WISH_MS) exit(128 + number);
      return;
    }
    this.#wishedAt = now();
    if (this.#stop === null) {
      say(`Stopping as soon as it has started. ${ONCE_MORE}`);
    } else {
      say(`Stopping: calls under way may end, which takes ${drainMs / 1_000} s at most. ${ONCE_MORE}`);
      this.#grant();
    }
  }

  #grant(): void {
    void this.#stop?.().then(() => this.#terms.exit(0));
  }
}
