import type { Pause, PauseSubject } from "../../domain/access/pause.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { Announcer } from "../../ports/announcer.ts";
import type { Clock } from "../../ports/clock.ts";
import type { PauseStore } from "../../ports/pause-store.ts";

/** So long the store may take for a stop before it is in force without it: whoever stops something does not wait, ms. */
const PATIENCE_MS = 500;
/** How often what is owed is written again, ms. */
const RETRY_MS = 1_000;
/** Stops that are owed at the most; one more fails where the store is away. */
const MOST_OWED = 1_000;

const KEEPING = "keeping an emergency stop";

/** What owing stops takes. */
export interface OwedPausesTerms {
  readonly store: PauseStore;
  readonly clock: Clock;
  readonly announcer: Announcer;
}

/**
 * A store of pauses that takes the emergency stops of people also while the one behind it is away: it gives them out as `unwritten`,
 * which only this process obeys, and writes them as soon as that answers again. Until then they are in memory alone.
 */
export class OwedPauses implements PauseStore {
  readonly #terms: OwedPausesTerms;
  /** By id, in the order in which they came; also those that have been lifted since. */
  readonly #owed = new Map<string, Pause>();
  #isTroubled = false;
  #isRetrying = false;

  constructor(terms: OwedPausesTerms) {
    this.#terms = terms;
  }

  async open(pause: Pause): Promise<Pause> {
    const { store } = this.#terms;
    // Rules look again by themselves.
    if (pause.rule !== undefined || this.#owed.size >= MOST_OWED) return store.open(pause);
    this.#owed.set(pause.id, pause);
    const kept = await this.#patiently(this.#write(pause));
    if (kept !== null) return kept;
    this.#retryLater();
    return { ...pause, unwritten: true };
  }

  async lift(id: string, lifted: NonNullable<Pause["lifted"]>): Promise<Pause | null> {
    const owed = this.#owed.get(id);
    if (owed === undefined) return this.#terms.store.lift(id, lifted);
    const after = { ...owed, lifted: owed.lifted ?? lifted };
    this.#owed.set(id, after);
    return { ...after, unwritten: true };
  }

  async list(filter: Parameters<PauseStore["list"]>[0]): Promise<readonly Pause[]> {
    const kept = await this.#terms.store.list(filter);
    const { inForce, environment, limit } = filter;
    const owed = [...this.#owed.values()]
      .filter(({ lifted }) => !inForce || lifted === null)
      .filter(({ subject }) => environment === undefined || (subject.environment ?? null) === environment)
      .map((pause) => ({ ...pause, unwritten: true as const }));
    if (owed.length === 0) return kept;
    const ids = new Set(owed.map(({ id }) => id));
    return [...owed.toReversed(), ...kept.filter(({ id }) => !ids.has(id))].slice(0, limit);
  }

  lastBy(rule: string, subjects: readonly PauseSubject[]): Promise<readonly Pause[]> {
    return this.#terms.store.lastBy(rule, subjects);
  }

  /** `null` where the store is away, or takes too long. */
  async #patiently(writing: Promise<Pause>): Promise<Pause | null> {
    const late = Promise.withResolvers<null>();
    const cancel = this.#terms.clock.after(PATIENCE_MS, () => late.resolve(null));
    try {
      return await Promise.race([writing.catch(nullIfAway), late.promise]);
    } finally {
      cancel();
    }
  }

  /** Writes a stop, and that it was lifted meanwhile. What the store refuses is owed no more. */
  async #write({ id, ...pause }: Pause): Promise<Pause> {
    const { store } = this.#terms;
    try {
      const kept = await store.open({ ...pause, id, lifted: null });
      const lifted = this.#owed.get(id)?.lifted ?? null;
      // Where the subject was stopped already, that stop stays.
      if (lifted !== null && kept.id === id) await store.lift(id, lifted);
      this.#owed.delete(id);
      return kept;
    } catch (error) {
      if (!isAway(error)) this.#owed.delete(id);
      else this.#troubled(error);
      throw error;
    }
  }

  #retryLater(): void {
    if (this.#isRetrying) return;
    this.#isRetrying = true;
    this.#terms.clock.after(RETRY_MS, () => void this.#retry());
  }

  async #retry(): Promise<void> {
    for (const pause of this.#owed.values()) {
      const isWritten = await this.#write(pause).then(
        () => true,
        () => false,
      );
      if (!isWritten && this.#owed.has(pause.id)) break;
    }
    this.#isRetrying = false;
    if (this.#owed.size > 0) return this.#retryLater();
    if (!this.#isTroubled) return;
    this.#isTroubled = false;
    this.#terms.announcer.recovered(KEEPING);
  }

  #troubled(error: unknown): void {
    if (this.#isTroubled) return;
    this.#isTroubled = true;
    this.#terms.announcer.troubled(KEEPING, error);
  }
}

const isAway = (error: unknown): boolean => error instanceof RollwardError && error.code === "database_unavailable";

function nullIfAway(error: unknown): null {
  if (isAway(error)) return null;
  throw error;
}
