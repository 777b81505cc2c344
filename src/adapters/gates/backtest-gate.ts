import { RollwardError } from "../../domain/errors.ts";
import type { BacktestGate } from "../../domain/rollout/gates/gate-plan.ts";
import type { BacktestAnswer, Backtests, BacktestWish } from "../../ports/backtests.ts";
import type { Clock } from "../../ports/clock.ts";
import { RUN_OVER } from "../../ports/gate-runner.ts";
import type { GateQuestion, GateRunner, RunEnd } from "../../ports/gate-runner.ts";

/** How often a backtest that runs is looked at, ms. */
const LOOK_MS = 2_000;

const MACHINE = { kind: "machine" } as const;

/** What watching a backtest needs. */
export interface BacktestGateTerms {
  /** Asked for when one runs, because backtests stand on the way that gates are a part of. */
  readonly backtests: () => Backtests;
  readonly clock: Clock;
}

const failed = (detail: string): RunEnd => ({ standing: "failed", detail, url: null, output: "" });

/**
 * Starts a backtest of the candidate against stable, or follows the one that runs, and says how it ended. Trouble of ours,
 * as a database that is away, is no answer: it is asked again. A backtest of its own that does not end in the gate's time
 * is stopped, because nobody waits for what it would still cost.
 */
export const createBacktestGate = ({ backtests, clock }: BacktestGateTerms): GateRunner<"backtest"> => ({
  async run(gate, question, signal) {
    const desk = backtests();
    const wish = wishOf(gate, question);
    let started: string | null = null;
    while (!signal.aborted) {
      try {
        const answer = await desk.newest(wish, question.since);
        const end = endOf(answer, gate);
        if (end !== null) return end;
        if (answer.state === "none") {
          // Started here and gone without a trace: it must not be paid for again and again.
          if (started !== null) return failed("the backtest that was started is gone");
          started = await desk.start(wish);
        }
      } catch (error) {
        if (isFinal(error)) return failed(error.message);
      }
      await new Promise<void>((resolve) => void clock.after(LOOK_MS, resolve));
    }
    if (signal.reason === RUN_OVER && started !== null)
      await desk.stop(started, `The gate ${gate.name}`).catch(() => {});
    return failed("it was stopped");
  },
});

const wishOf = (
  { callsWithinMs, sample, budgetPico }: BacktestGate,
  { endpoint, environment, candidate, stable }: GateQuestion,
): BacktestWish => ({
  channel: { endpoint, environment },
  candidate: candidate.id,
  baseline: stable.id,
  callsWithinMs,
  sample,
  budgetPico: budgetPico === null ? null : BigInt(budgetPico),
  actor: MACHINE,
});

/** There is nothing to replay, and will not be. */
const isFinal = (error: unknown): error is RollwardError => error instanceof RollwardError && error.status < 500;

function endOf(answer: BacktestAnswer, { needsProof }: BacktestGate): RunEnd | null {
  if (answer.state === "ended") return failed(`the backtest ${answer.id} did not come to an end: ${answer.why}`);
  if (answer.state !== "finished") return null;
  const { verdict, why, id, compared } = answer;
  const detail = `${why} (backtest ${id}, ${compared} sessions)`;
  const isPassed = verdict === "non-inferior" || (verdict === "inconclusive" && !needsProof);
  return { standing: isPassed ? "passed" : "failed", detail, url: null, output: "" };
}
