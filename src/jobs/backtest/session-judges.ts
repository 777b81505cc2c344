import type { Backtest } from "../../domain/backtest/backtest.ts";
import type { SessionJudgement } from "../../domain/backtest/compare-session.ts";
import type { BacktestSession } from "../../domain/backtest/backtest-session.ts";
import { judgeIn, sessionsToJudge } from "../../domain/backtest/judged-sessions.ts";
import type { PairsJudgePlan } from "../judging/ask-in-both-orders.ts";
import { missingOf } from "../copy-money/missing-budget.ts";
import type { SetAside } from "../copy-money/operator-budgets.ts";
import type { BacktestHouse } from "./backtest-house.ts";
import type { BudgetWatch } from "./budget-watch.ts";
import { judgeSession } from "./judge-session.ts";
import type { SessionToJudge } from "./judge-session.ts";
import type { SessionPurse } from "./purse.ts";
import type { SessionReplay } from "./replay-session.ts";

/** How often it is looked whether the judge has time, ms. */
const LOOK_MS = 100;
/** How often a budget is asked that calls under way hold, ms. */
const HELD_MS = 1_000;

/** What judging one backtest needs. */
export interface SessionJudgesTerms {
  readonly house: Pick<BacktestHouse, "judge" | "clock">;
  readonly backtest: Pick<Backtest, "id" | "policy" | "channel">;
  /** In the budgets of live traffic. */
  readonly setAside: SetAside;
  readonly budgets: BudgetWatch;
}

/** Has the chosen sessions of one backtest judged, so many at the same time as its policy says. */
export class SessionJudges {
  readonly #terms: SessionJudgesTerms;
  readonly #plan: PairsJudgePlan | null;
  readonly #stop = new AbortController();
  /** Places of the sessions that are judged. */
  #chosen: ReadonlySet<number> = new Set();
  #underWay = 0;

  constructor(terms: SessionJudgesTerms) {
    this.#terms = terms;
    this.#plan = judgeIn(terms.backtest.policy);
  }

  /** Chooses among all sessions of the backtest; the same ones after a restart. */
  choose(sessions: readonly BacktestSession[]): void {
    const { id, policy } = this.#terms.backtest;
    this.#chosen = sessionsToJudge(id, policy, sessions);
  }

  /** Gives up what is asked. */
  stop(): void {
    this.#stop.abort();
  }

  /**
   * A replayed session with what the judge makes of it. Whatever the judge does, and whether or not budgets have room for
   * its questions, the session is compared.
   */
  async take(
    session: BacktestSession,
    replayed: SessionReplay | null,
    purse: SessionPurse,
  ): Promise<SessionReplay | null> {
    const plan = this.#plan;
    if (plan === null || replayed?.type !== "compared" || !this.#chosen.has(session.position)) return replayed;
    while (this.#underWay >= plan.pairs.atOnce) await this.#pause(LOOK_MS);
    this.#underWay += 1;
    try {
      const { id, channel } = this.#terms.backtest;
      const judged = await this.#judge(plan, { ...replayed, id: `${id}.${session.position}`, channel });
      purse.pay(BigInt(judged?.questions ?? 0) * BigInt(plan.pairs.questionPico));
      // What has waited for a budget was not judged: whoever goes on must find it open.
      if (this.#stop.signal.aborted) return { type: "broken-off" };
      if (judged === null) return replayed;
      return { ...replayed, outcome: { ...replayed.outcome, judged } };
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Waits for a budget that calls under way hold; `null` where there is nothing to compare or no money for it. */
  async #judge(plan: PairsJudgePlan, pair: SessionToJudge): Promise<SessionJudgement | null> {
    const { house, setAside, budgets } = this.#terms;
    const { signal } = this.#stop;
    for (;;) {
      const judged = await judgeSession(plan, pair, { ...house, signal, setAside });
      if (judged === null || "verdict" in judged) return judged;
      if (!budgets.refused(missingOf(judged)) || signal.aborted) return null;
      await this.#pause(HELD_MS);
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#terms.house.clock.after(ms, resolve));
  }
}
