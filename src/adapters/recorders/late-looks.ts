import type { Clock } from "../../ports/clock.ts";

/** What was not found at the first look, and who waits for it. */
export interface Sought {
  readonly keyId: string;
  readonly ids: readonly string[];
  /** Makes a signal that is told when the caller has left. */
  readonly gone?: (() => AbortSignal) | undefined;
}

/** Pauses before the looks that follow the first: another replica mostly has written within the first two. A second together, ms. */
const PAUSES_MS = [50, 100, 200, 300, 350];
/** Requests that may wait here at once; with a connection of the database each they are far from using it up. */
const MOST_WAITING = 128;
/** Of one key: it must not take the places of all others. */
const MOST_OF_A_KEY = 32;
/** What was looked for in vain is not waited for again so soon, ms; a request that is read anew is one and the same. */
const VAIN_MS = 5_000;
const MOST_VAIN = 1_000;

/** Ids as providers and we make them, such as `resp_…` and `msg_…`. */
const MADE_ID = /^[a-z]{2,12}_[\w-]{6,200}$/;

/**
 * Looks again, for a second, for what another replica has told its client of and may be about to write. Who asks for what
 * nobody made, for the same again, or among too many is not waited for.
 */
export class LateLooks {
  readonly #clock: Clock;
  /** Requests that wait, by key. */
  readonly #waiting = new Map<string, number>();
  #allWaiting = 0;
  /** Until when each is not waited for again, the oldest first. */
  readonly #vain = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What `look` finds, once it finds it; `null` when it does not in time, or its caller has left. Throws as `look` does. */
  async untilFound<Found>(sought: Sought, look: () => Promise<Found | null>): Promise<Found | null> {
    if (!this.#mayWait(sought)) return null;
    this.#count(sought.keyId, 1);
    try {
      const gone = sought.gone?.();
      for (const pause of PAUSES_MS) {
        await this.#pause(pause, gone);
        if (gone?.aborted === true) return null;
        const found = await look();
        if (found !== null) return found;
      }
      this.#note(sought);
      return null;
    } finally {
      this.#count(sought.keyId, -1);
    }
  }

  #mayWait({ keyId, ids }: Sought): boolean {
    const now = this.#clock.elapsed();
    if (this.#allWaiting >= MOST_WAITING || (this.#waiting.get(keyId) ?? 0) >= MOST_OF_A_KEY) return false;
    return ids.every((id) => MADE_ID.test(id) && (this.#vain.get(`${keyId}/${id}`) ?? 0) <= now);
  }

  #count(keyId: string, change: number): void {
    this.#allWaiting += change;
    const ofKey = (this.#waiting.get(keyId) ?? 0) + change;
    if (ofKey === 0) this.#waiting.delete(keyId);
    else this.#waiting.set(keyId, ofKey);
  }

  async #pause(ms: number, gone: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#clock.after(ms, resolve);
    const left = (): void => {
      cancel();
      resolve();
    };
    if (gone?.aborted === true) left();
    gone?.addEventListener("abort", left, { once: true });
    await promise;
    gone?.removeEventListener("abort", left);
  }

  #note({ keyId, ids }: Sought): void {
    for (const id of ids) {
      this.#vain.delete(`${keyId}/${id}`);
      this.#vain.set(`${keyId}/${id}`, this.#clock.elapsed() + VAIN_MS);
    }
    for (const oldest of this.#vain.keys()) {
      if (this.#vain.size <= MOST_VAIN) return;
      this.#vain.delete(oldest);
    }
  }
}
