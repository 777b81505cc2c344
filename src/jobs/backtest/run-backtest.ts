import type { Backtest, BacktestEnding } from "../../domain/backtest/backtest.ts";
import type { BacktestSession } from "../../domain/backtest/backtest-session.ts";
import { conclude } from "../../domain/backtest/conclude.ts";
import type { Replayed } from "../../domain/backtest/conclude.ts";
import type { BacktestResult } from "../../domain/backtest/result.ts";
import type { Release } from "../../domain/release/release.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { questionMoney } from "../copy-money/operator-budgets.ts";
import type { BacktestHouse } from "./backtest-house.ts";
import { BudgetWatch } from "./budget-watch.ts";
import { actionsOf } from "./judge-call.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { isQuiet } from "./is-quiet.ts";
import { ProviderWatch } from "./provider-watch.ts";
import { Purse } from "./purse.ts";
import type { SessionPurse } from "./purse.ts";
import { SessionJudges } from "./session-judges.ts";
import { readSession } from "./recorded-session.ts";
import { keptRecord } from "./kept-record.ts";
import { replayCall, replayKey } from "./replay-call.ts";
import type { CallUnderWay } from "./replay-call.ts";
import { replayGateways } from "./replay-gateway.ts";
import { replaySession } from "./replay-session.ts";
import type { SessionReplay } from "./replay-session.ts";

/** How often it is looked whether there is something to do, ms. */
const LOOK_MS = 100;
/** How often it is looked whether somebody has asked it to stop, ms. */
const ASKED_MS = 1_000;
/** How often a session is begun that a provider, or a fault of ours, fails every time. */
const MOST_TRIES = 3;

/** What a run needs to know of its backtest. */
export interface RunTerms {
  readonly house: BacktestHouse;
  readonly backtest: Backtest;
  readonly live: Gateway;
  readonly candidate: Release;
  readonly baseline: Release;
}

/**
 * One backtest under way on this server. Everything that it knows is in the store before and after each session, so that
 * another server, or this one after a restart, goes on where it was.
 */
export class BacktestRun {
  readonly #terms: RunTerms;
  readonly #lease: LeaseKeeper;
  readonly #provider: ProviderWatch;
  /** Those of live traffic. */
  readonly #budgets: BudgetWatch;
  readonly #underWay = new Set<CallUnderWay>();
  #purse = new Purse(0n, 0n);
  #queue: BacktestSession[] = [];
  #busy = 0;
  readonly #judges: SessionJudges;
  /** Why it ends; `null` while it goes on. */
  #ending: BacktestEnding | null = null;
  /** Another server goes on, or this one does after a restart. */
  #isLetGo = false;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(terms: RunTerms) {
    const { house, backtest } = terms;
    this.#terms = terms;
    this.#lease = new LeaseKeeper({ ...house, id: backtest.id, onLost: () => this.letGo() });
    this.#provider = new ProviderWatch(house.clock);
    this.#budgets = new BudgetWatch(house.clock);
    const setAside = questionMoney(terms.live, backtest.channel.endpoint);
    this.#judges = new SessionJudges({ house, backtest, setAside, budgets: this.#budgets });
  }

  /** Resolves when it has ended or was let go. Its lease must be held. Rejects when the store fails for long. */
  async run(): Promise<void> {
    const { house, backtest } = this.#terms;
    this.#lease.start();
    try {
      const sessions = await house.store.sessions(backtest.id);
      const spentPico = sessions.reduce((sum, one) => sum + one.spentPico, 0n);
      this.#purse = new Purse(backtest.terms.budgetPico, spentPico);
      this.#judges.choose(sessions);
      this.#queue = sessions.filter(({ state }) => state !== "done");
      await Promise.all(Array.from({ length: backtest.terms.concurrency }, () => this.#work()));
      if (!this.#isLetGo) await this.#end(this.#ending ?? "complete");
    } catch (error) {
      this.letGo();
      throw error;
    } finally {
      await this.#lease.giveBack();
    }
  }

  /** Stops at once; what was under way is begun anew by whoever goes on. */
  letGo(): void {
    this.#isLetGo = true;
    this.#judges.stop();
    for (const call of this.#underWay) call.stop();
  }

  /** Somebody here has asked it to stop: it need not wait to hear of it. */
  look(): void {
    this.#askedAt = Number.NEGATIVE_INFINITY;
  }

  get #isOver(): boolean {
    return this.#isLetGo || this.#ending !== null;
  }

  /** A session under way is brought to its end when the money is used up: its own was set aside. */
  get #isBrokenOff(): boolean {
    return this.#isLetGo || (this.#ending !== null && this.#ending !== "budget");
  }

  async #work(): Promise<void> {
    while (await this.#mayGoOn(() => this.#isOver)) {
      const session = this.#provider.mayAsk() ? this.#queue.shift() : undefined;
      if (session === undefined) {
        if (this.#queue.length === 0 && this.#busy === 0) return;
        await this.#pause();
        continue;
      }
      const purse = this.#purse.setAside(session.worstPico);
      if (purse !== null) {
        await this.#replay(session, purse);
        continue;
      }
      // In the order that was drawn: to pass over a dear one would make the sample another one.
      this.#queue.unshift(session);
      if (this.#busy === 0) this.#ending ??= "budget";
      else await this.#pause();
    }
  }

  /** Lets live traffic go first; false when the run is over. */
  async #mayGoOn(isOver: () => boolean): Promise<boolean> {
    const { live, candidate } = this.#terms;
    for (;;) {
      if (!isOver()) await this.#lookWhetherAsked();
      if (this.#provider.isGoneForLong) this.#ending ??= "provider";
      if (isOver()) return false;
      if (isQuiet(live, candidate)) return true;
      await this.#pause();
    }
  }

  async #lookWhetherAsked(): Promise<void> {
    const { house, backtest } = this.#terms;
    const now = house.clock.elapsed();
    if (now < this.#askedAt + ASKED_MS) return;
    this.#askedAt = now;
    const present = await house.store.byId(backtest.id);
    if (present === null || present.state === "ended") this.letGo();
    else if (present.stopAskedBy !== null) this.#ending ??= "stopped";
  }

  async #replay(session: BacktestSession, purse: SessionPurse): Promise<void> {
    const begun: BacktestSession = { ...session, state: "under_way", spentPico: session.spentPico + session.worstPico };
    this.#busy += 1;
    try {
      if (!(await this.#keep(begun))) return this.letGo();
      const replayed = await this.#judges.take(session, await this.#replayRecorded(session, purse), purse);
      if (this.#budgets.emptied !== null) this.#ending ??= "budget";
      const spent = { ...session, spentPico: session.spentPico + purse.spentPico };
      const next = this.#after(spent, replayed);
      if (!(await this.#keep(next))) return this.letGo();
      if (next.state === "waiting" && !this.#isOver) this.#queue.push(next);
    } finally {
      await purse.close();
      this.#busy -= 1;
    }
  }

  async #replayRecorded(session: BacktestSession, purse: SessionPurse): Promise<SessionReplay | null> {
    const { house, backtest, live, candidate, baseline } = this.#terms;
    const recorded = await readSession({ calls: house.calls, dialects: live.dialects }, session.calls);
    if (recorded === null) return null;
    const { channel, id } = backtest;
    // New for each session: the breakers of a run would spare a candidate that answers badly again and again.
    const gateways = replayGateways({ live, channel, candidate, backtest: id, replicaId: house.replicaId });
    const key = replayKey(id, channel.environment);
    return replaySession(recorded, {
      judge: { actions: actionsOf(baseline, candidate), settings: live.settings() },
      send: (request) => replayCall(gateways, { key, budgets: purse }, request),
      keep: (record, replays) =>
        live.recorder.record(keptRecord(record, candidate, { arm: null, backtest: { id, replays } })),
      mayGoOn: () => this.#mayGoOn(() => this.#isBrokenOff),
      onCall: (call, isOver) => void (isOver ? this.#underWay.delete(call) : this.#underWay.add(call)),
    });
  }

  /** What becomes of a session after its replay; `null` where its bytes have gone meanwhile. */
  #after(session: BacktestSession, replayed: SessionReplay | null): BacktestSession {
    if (replayed === null) return { ...session, state: "done", leftOut: "purged" };
    if (replayed.type === "broken-off") return { ...session, state: "waiting" };
    if (replayed.type === "excused") return this.#excused(session, replayed);
    this.#provider.answered();
    this.#budgets.paid();
    return { ...session, state: "done", tries: session.tries + 1, outcome: replayed.outcome };
  }

  #excused(
    session: BacktestSession,
    { excuse, missing }: Extract<SessionReplay, { type: "excused" }>,
  ): BacktestSession {
    const waiting = { ...session, state: "waiting" } as const;
    if (excuse === "money") {
      if (missing !== null && this.#budgets.refused(missing)) this.#provider.held();
      else this.#ending ??= "budget";
      return waiting;
    }
    // While nobody is answered it says nothing about this session.
    if (excuse === "here" || (excuse === "provider" && this.#provider.failed())) {
      if (excuse === "here") this.#provider.held();
      return waiting;
    }
    const tries = session.tries + 1;
    if (tries < MOST_TRIES) return { ...waiting, tries };
    return { ...session, tries, state: "done", leftOut: excuse === "lost" ? "lost" : "provider_away" };
  }

  #keep(session: BacktestSession): Promise<boolean> {
    const { house, backtest } = this.#terms;
    return house.store.keepSession(backtest.id, house.replicaId, session);
  }

  async #end(how: BacktestEnding): Promise<void> {
    const { house, backtest } = this.#terms;
    const result = await resultOf(house, backtest, { how, emptied: how === "budget" ? this.#budgets.emptied : null });
    const end = { at: house.clock.now(), how, why: result.why, result };
    await house.store.update(backtest.id, { type: "end", ...end });
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => void this.#terms.house.clock.after(LOOK_MS, resolve));
  }
}

/** What a backtest has found so far. */
export async function resultOf(
  { store }: Pick<BacktestHouse, "store">,
  backtest: Backtest,
  end: Pick<Replayed, "how" | "emptied">,
): Promise<BacktestResult> {
  const sessions = await store.sessions(backtest.id);
  return conclude(backtest, {
    pairs: sessions.flatMap(({ session, part, outcome }) =>
      outcome === null ? [] : [{ session, part, pair: outcome }],
    ),
    leftOut: sessions.flatMap(({ leftOut }) => (leftOut === null ? [] : [leftOut])),
    spentPico: sessions.reduce((sum, one) => sum + one.spentPico, 0n),
    ...end,
  });
}
