import type { Backtest } from "../../domain/backtest/backtest.ts";
import type { BacktestSession } from "../../domain/backtest/backtest-session.ts";
import { judgeIn, sessionsToJudge } from "../../domain/backtest/judged-sessions.ts";
import type { PairsJudgePlan } from "../judging/ask-in-both-orders.ts";
import type { BacktestHouse } from "./backtest-house.ts";
import { judgeSession } from "./judge-session.ts";
import type { SessionPurse } from "./purse.ts";
import type { SessionReplay } from "./replay-session.ts";

/** How often it is looked whether the judge has time, ms. */
const LOOK_MS = 100;

/** Has the chosen sessions of one backtest judged, so many at the same time as its policy says. */
export class SessionJudges {
  readonly #house: Pick<BacktestHouse, "judge" | "clock">;
  readonly #backtest: Pick<Backtest, "id" | "policy" | "channel">;
  readonly #plan: PairsJudgePlan | null;
  readonly #stop = new AbortController();
  /** Places of the sessions that are judged. */
  #chosen: ReadonlySet<number> = new Set();
  #underWay = 0;

  constructor(house: Pick<BacktestHouse, "judge" | "clock">, backtest: Pick<Backtest, "id" | "policy" | "channel">) {
    this.#house = house;
    this.#backtest = backtest;
    this.#plan = judgeIn(backtest.policy);
  }

  /** Chooses among all sessions of the backtest; the same ones after a restart. */
  choose(sessions: readonly BacktestSession[]): void {
    this.#chosen = sessionsToJudge(this.#backtest.id, this.#backtest.policy, sessions);
  }

  /** Gives up what is asked. */
  stop(): void {
    this.#stop.abort();
  }

  /** A replayed session with what the judge makes of it. Whatever the judge does, the session is compared. */
  async take(
    session: BacktestSession,
    replayed: SessionReplay | null,
    purse: SessionPurse,
  ): Promise<SessionReplay | null> {
    const plan = this.#plan;
    if (plan === null || replayed?.type !== "compared" || !this.#chosen.has(session.position)) return replayed;
    while (this.#underWay >= plan.pairs.atOnce) await this.#pause();
    this.#underWay += 1;
    try {
      const { id, channel } = this.#backtest;
      const pair = { ...replayed, id: `${id}.${session.position}`, channel };
      const judged = await judgeSession(plan, pair, { ...this.#house, signal: this.#stop.signal });
      if (judged === null) return replayed;
      purse.pay(BigInt(judged.questions) * BigInt(plan.pairs.questionPico));
      if (this.#stop.signal.aborted) return { type: "broken-off" };
      return { ...replayed, outcome: { ...replayed.outcome, judged } };
    } finally {
      this.#underWay -= 1;
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => void this.#house.clock.after(LOOK_MS, resolve));
  }
}
