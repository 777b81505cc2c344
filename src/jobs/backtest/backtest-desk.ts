import { hasResult, verdictOf } from "../../domain/backtest/backtest.ts";
import type { Backtest } from "../../domain/backtest/backtest.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { Release } from "../../domain/release/release.ts";
import type { BacktestAnswer, BacktestPair, Backtests, BacktestWish } from "../../ports/backtests.ts";
import type { BacktestHouse } from "./backtest-house.ts";
import type { BacktestWatch } from "./watch-backtests.ts";
import { planBacktest } from "./plan-backtest.ts";
import type { BacktestRequest } from "./plan-backtest.ts";

/** Sessions that a gate has replayed at the same time. */
const GATE_CONCURRENCY = 4;

/** Finished and unfinished ones of a pair that are looked at. */
const MOST_OF_A_PAIR = 50;

/** What people and gates do with backtests. */
export class BacktestDesk implements Backtests {
  readonly #house: BacktestHouse;
  readonly #watch: Pick<BacktestWatch, "kick" | "look">;
  /** Gates of several rollouts may ask for the same at once. */
  #turn: Promise<unknown> = Promise.resolve();

  /** `watch` is told what has changed, so that it need not wait to see it. */
  constructor(house: BacktestHouse, watch: Pick<BacktestWatch, "kick" | "look">) {
    this.#house = house;
    this.#watch = watch;
  }

  /** Plans a backtest and keeps it until somebody agrees to what it costs. Throws `backtest_impossible`. */
  async plan(request: BacktestRequest): Promise<Backtest> {
    const { backtest, sessions } = await planBacktest(this.#house, request);
    await this.#house.store.create(backtest, sessions);
    return backtest;
  }

  /** Somebody agrees. Throws `backtest_not_found`, or `backtest_ended` where it is too late. */
  async begin(id: string): Promise<Backtest> {
    const { store, clock } = this.#house;
    const begun = await store.update(id, { type: "start", at: clock.now() });
    if (begun === null) throw new RollwardError("backtest_not_found", { backtest: id });
    if (begun.state === "ended") throw new RollwardError("backtest_ended", { backtest: id });
    this.#watch.kick();
    return begun;
  }

  /** Somebody stops it: one that is planned at once, one that runs when what is under way has ended. */
  async stop(id: string, by: string): Promise<Backtest> {
    const { store, clock } = this.#house;
    const present = await store.byId(id);
    if (present === null) throw new RollwardError("backtest_not_found", { backtest: id });
    const end = { at: clock.now(), how: "stopped", why: `${by} stopped it before it began.`, result: null } as const;
    const change =
      present.state === "planned" ? ({ type: "end", ...end } as const) : ({ type: "ask-stop", by } as const);
    const after = (await store.update(id, change)) ?? present;
    this.#watch.look();
    return after;
  }

  async newest(pair: BacktestPair, endedSince: number): Promise<BacktestAnswer> {
    const { store } = this.#house;
    const known = await store.list({ pair, limit: MOST_OF_A_PAIR });
    // Somebody who only wanted to know what it costs has said nothing about the releases.
    const ended = known.filter((one) => one.startedAt !== null && one.ended !== null && one.ended.at >= endedSince);
    const finished = ended.find((one) => one.ended !== null && hasResult(one.ended.how));
    if (finished !== undefined) return answerOf(finished);
    const running = known.find(({ state }) => state === "running");
    if (running !== undefined) {
      const { done } = await store.progress(running.id);
      return { state: "running", id: running.id, done, planned: running.estimate.sessions };
    }
    const [newest] = ended;
    return newest === undefined ? { state: "none" } : answerOf(newest);
  }

  start(wish: BacktestWish): Promise<string> {
    const started = this.#turn.then(() => this.#start(wish));
    this.#turn = started.catch(() => {});
    return started;
  }

  async #start(wish: BacktestWish): Promise<string> {
    const { store, clock, releases } = this.#house;
    const [running] = await store.list({ pair: wish, state: "running", limit: 1 });
    if (running !== undefined) return running.id;
    const now = clock.now();
    const { id } = await this.plan({
      channel: wish.channel,
      candidate: await known(releases, wish.candidate),
      baseline: await known(releases, wish.baseline),
      terms: { from: now - wish.callsWithinMs, until: now, sample: wish.sample, concurrency: GATE_CONCURRENCY },
      budgetPico: wish.budgetPico,
      seed: null,
      actor: wish.actor,
    });
    await this.begin(id);
    return id;
  }
}

async function known(releases: BacktestHouse["releases"], id: string): Promise<Release> {
  const release = await releases.byId(id);
  if (release === null) throw new RollwardError("release_not_found", { release: id });
  return release;
}

function answerOf(backtest: Backtest): BacktestAnswer {
  const { id, ended } = backtest;
  if (ended === null) return { state: "none" };
  const { how, why, at, result } = ended;
  if (!hasResult(how)) return { state: "ended", id, endedAt: at, why };
  return {
    state: "finished",
    id,
    verdict: verdictOf(backtest),
    why,
    endedAt: at,
    compared: result?.sessions.compared ?? 0,
  };
}
