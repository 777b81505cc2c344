import type { Pause, PauseSubject } from "../../domain/access/pause.ts";
import { RollwardError } from "../../domain/errors.ts";
import { isDatabaseAway } from "../../domain/is-database-away.ts";
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

/** A stop that the store has not taken. */
interface Owed {
  /** As it was asked for, and as it has been lifted since. */
  pause: Pause;
  /** Whether whoever asked for it was told that it is in force: it is owed until it is written. */
  isPromised: boolean;
}

/**
 * A store of pauses that takes the emergency stops of people also while the one behind it is away: it gives them out as `unwritten`,
 * which only this process obeys, and writes them as soon as that answers again. Until then they are in memory alone.
 */
export class OwedPauses implements PauseStore {
  readonly #terms: OwedPausesTerms;
  /** By id, in the order in which they came; also those that have been lifted since. */
  readonly #owed = new Map<string, Owed>();
  #isTroubled = false;
  #isRetrying = false;

  constructor(terms: OwedPausesTerms) {
    this.#terms = terms;
  }

  async open(pause: Pause): Promise<Pause> {
    const { store } = this.#terms;
    // Rules look again by themselves.
    if (pause.rule !== undefined || this.#owed.size >= MOST_OWED) return store.open(pause);
    const owed: Owed = { pause, isPromised: false };
    this.#owed.set(pause.id, owed);
    const kept = await this.#patiently(this.#write(owed));
    if (kept !== null) return kept;
    owed.isPromised = true;
    this.#retryLater();
    return { ...owed.pause, unwritten: true };
  }

  async lift(id: string, lifted: NonNullable<Pause["lifted"]>): Promise<Pause | null> {
    const owed = this.#owed.get(id);
    if (owed === undefined) return this.#terms.store.lift(id, lifted);
    owed.pause = { ...owed.pause, lifted: owed.pause.lifted ?? lifted };
    return { ...owed.pause, unwritten: true };
  }

  async list(filter: Parameters<PauseStore["list"]>[0]): Promise<readonly Pause[]> {
    const kept = await this.#terms.store.list(filter);
    if (this.#owed.size === 0) return kept;
    const { inForce, environment, limit } = filter;
    const shown = [...this.#owed.values()]
      .map(({ pause }) => ({ ...pause, unwritten: true as const }))
      .filter(({ lifted }) => !inForce || lifted === null)
      .filter(({ subject }) => environment === undefined || (subject.environment ?? null) === environment);
    // What is known here of one that is half written is newer.
    return [...shown.toReversed(), ...kept.filter(({ id }) => !this.#owed.has(id))].slice(0, limit);
  }

  lastBy(rule: string, subjects: readonly PauseSubject[]): Promise<readonly Pause[]> {
    return this.#terms.store.lastBy(rule, subjects);
  }

  /** `null` where the store is away, or takes too long. */
  async #patiently(writing: Promise<Pause>): Promise<Pause | null> {
    const late = Promise.withResolvers<null>();
    const cancel = this.#terms.clock.after(PATIENCE_MS, () => late.resolve(null));
    try {
      return await Promise.race([writing.catch(nullIfBroken), late.promise]);
    } finally {
      cancel();
    }
  }

  /** Writes a stop as it stands, lifted where it was; gives what is in force on its subject. */
  async #write(owed: Owed): Promise<Pause> {
    const { store } = this.#terms;
    const { id } = owed.pause;
    try {
      const kept = await store.open(owed.pause);
      // It lapses by itself, and the person's stop does not.
      const isLent = owed.isPromised && kept.rule !== undefined && owed.pause.lifted === null;
      if (isLent) return kept;
      const { lifted } = owed.pause;
      if (lifted !== null && kept.id === id && kept.lifted === null) await store.lift(id, lifted);
      this.#owed.delete(id);
      return kept;
    } catch (error) {
      if (!owed.isPromised && !isBroken(error)) this.#owed.delete(id);
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
    let hasFailed = false;
    for (const owed of this.#owed.values()) {
      await this.#write(owed).catch(() => (hasFailed = true));
      if (hasFailed) break;
    }
    this.#isRetrying = false;
    if (this.#owed.size > 0) this.#retryLater();
    if (hasFailed || !this.#isTroubled) return;
    this.#isTroubled = false;
    this.#terms.announcer.recovered(KEEPING);
  }

  #troubled(error: unknown): void {
    if (this.#isTroubled) return;
    this.#isTroubled = true;
    this.#terms.announcer.troubled(KEEPING, error);
  }
}

/** Whether the store is at fault, in whatever way, and not what was asked of it: then somebody is stopped all the same. */
const isBroken = (error: unknown): boolean => !(error instanceof RollwardError) || isDatabaseAway(error);

function nullIfBroken(error: unknown): null {
  if (isBroken(error)) return null;
  throw error;
}
