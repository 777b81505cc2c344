import { definitionDigests } from "../domain/flags/definition-digests.ts";
import { KILLS_IN_FORCE } from "../domain/flags/flag-kill.ts";
import type { FlagSet } from "../domain/flags/flag.ts";
import type { Environments } from "../gateway/gateway.ts";
import type { Announcer } from "../ports/announcer.ts";
import type { Clock } from "../ports/clock.ts";
import type { FlagStore } from "../ports/flag-store.ts";
import type { FlagSwitches } from "../ports/flag-switches.ts";

/** How often evaluations are written, ms: what a hard kill can lose of the counts. */
const EVERY_MS = 10_000;

const WRITING = "writing how often flags were evaluated";

/** What keeping flags needs. */
export interface FlagKeeperTerms {
  readonly store: FlagStore;
  readonly switches: FlagSwitches;
  readonly environments: Pick<Environments, "all">;
  readonly clock: Clock;
  readonly announcer: Announcer;
}

/** Obeys the kill switches that are written, and writes how often flags are evaluated. */
export class FlagKeeper {
  readonly #terms: FlagKeeperTerms;
  #cancel: () => void = () => {};
  #writing: Promise<void> = Promise.resolve();
  #loading: Promise<void> = Promise.resolve();
  #isStopped = false;
  #isTroubled = false;

  constructor(terms: FlagKeeperTerms) {
    this.#terms = terms;
  }

  /** Takes over what is killed, one look at a time: an older one that arrives later would restore a flag. */
  loadKills(): Promise<void> {
    const load = async (): Promise<void> => {
      const { store, switches } = this.#terms;
      switches.replace(await store.kills(KILLS_IN_FORCE));
    };
    return (this.#loading = this.#loading.then(load, load));
  }

  /** Notes since when flags are what they are. */
  define(environment: string, set: FlagSet): Promise<void> {
    const { store, clock } = this.#terms;
    return store.define(environment, definitionDigests(set), clock.now());
  }

  start(): void {
    if (this.#isStopped) return;
    this.#cancel = this.#terms.clock.after(EVERY_MS, () => {
      this.#writing = this.write().then(() => this.start());
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#writing;
    await this.write();
  }

  /** Writes what was counted; never rejects, what could not be written is written next time. */
  async write(): Promise<void> {
    const { store, environments, announcer } = this.#terms;
    for (const { flags } of environments.all()) {
      const counts = flags.tally.take();
      if (counts.length === 0) continue;
      try {
        await store.add(flags.environment, counts);
        if (this.#isTroubled) announcer.recovered(WRITING);
        this.#isTroubled = false;
      } catch (error) {
        flags.tally.giveBack(counts);
        if (!this.#isTroubled) announcer.troubled(WRITING, error);
        this.#isTroubled = true;
      }
    }
  }
}
