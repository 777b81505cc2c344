import type { Backtest } from "../../domain/backtest/backtest.ts";
import type { BacktestHouse } from "./backtest-house.ts";
import { LEASE_MS } from "./lease-keeper.ts";
import { BacktestRun } from "./run-backtest.ts";

/** How often it is looked for backtests that nobody runs, ms. */
const EVERY_MS = 2_000;
/** After so long nobody will agree to the cost of one that is planned, ms. */
const LAPSE_MS = 60 * 60_000;
/** Backtests that are open at the same time, as far as they are looked at. */
const MOST_OPEN = 100;

const RUNNING = "running backtests";

/** Runs backtests, one at a time on this server, the oldest first; each has one server that runs it. */
export class BacktestWatch {
  readonly #house: BacktestHouse;
  #run: BacktestRun | null = null;
  #look: Promise<void> | null = null;
  #isStopped = true;
  #isTroubled = false;
  #cancel = (): void => {};

  constructor(house: BacktestHouse) {
    this.#house = house;
  }

  /** Begins to look. */
  start(): void {
    this.#isStopped = false;
    this.#arm();
  }

  /** Looks at once. */
  kick(): void {
    if (this.#isStopped || this.#look !== null) return;
    this.#cancel();
    this.#look = this.#turn().finally(() => {
      this.#look = null;
      this.#arm();
    });
  }

  /** Has the one that runs here look at once whether it is to stop. */
  look(): void {
    this.#run?.look();
  }

  /** Lets go of what is under way, so that another server or the next start goes on with it. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    this.#run?.letGo();
    await this.#look;
  }

  #arm(): void {
    if (!this.#isStopped) this.#cancel = this.#house.clock.after(EVERY_MS, () => this.kick());
  }

  async #turn(): Promise<void> {
    const { announcer } = this.#house;
    try {
      await this.#lapse();
      await this.#runOldest();
      if (this.#isTroubled) announcer.recovered(RUNNING);
      this.#isTroubled = false;
    } catch (error) {
      if (!this.#isTroubled) announcer.troubled(RUNNING, error);
      this.#isTroubled = true;
    }
  }

  async #lapse(): Promise<void> {
    const { store, clock } = this.#house;
    const now = clock.now();
    for (const { id, createdAt } of await store.list({ state: "planned", limit: MOST_OPEN })) {
      if (createdAt + LAPSE_MS > now) continue;
      const why = "Nobody agreed to what it costs within an hour.";
      await store.update(id, { type: "end", at: now, how: "lapsed", why, result: null });
    }
  }

  async #runOldest(): Promise<void> {
    const { store, replicaId } = this.#house;
    const open = await store.list({ state: "running", limit: MOST_OPEN });
    for (const backtest of open.toReversed()) {
      if (this.#isStopped) return;
      if (!(await store.lease(backtest.id, replicaId, LEASE_MS))) continue;
      const run = await this.#prepare(backtest);
      if (run === null) {
        await store.lease(backtest.id, replicaId, 0);
        continue;
      }
      this.#run = run;
      try {
        await run.run();
      } finally {
        this.#run = null;
      }
    }
  }

  /** `null` where this server does not serve what the backtest is about. */
  async #prepare(backtest: Backtest): Promise<BacktestRun | null> {
    const { environments, releases } = this.#house;
    const live = environments.named(backtest.channel.environment);
    const candidate = await releases.byId(backtest.candidate.id);
    const baseline = await releases.byId(backtest.baseline.id);
    if (live === undefined || candidate === null || baseline === null || this.#isStopped) return null;
    return new BacktestRun({ house: this.#house, backtest, live, candidate, baseline });
  }
}
