import { hmacUnit, sha256Hex } from "../../kit/hash.ts";
import type { JudgePlan, PairJudgePlan } from "../rollout/plan.ts";
import type { BacktestPolicy } from "./backtest.ts";
import type { BacktestSession } from "./backtest-session.ts";
import type { PairOutcome } from "./compare-session.ts";

/** The judge of pairs in a policy; `null` where there is none. */
export function judgeIn({
  metrics,
}: Pick<BacktestPolicy, "metrics">): (JudgePlan & { readonly pairs: PairJudgePlan }) | null {
  const judge = metrics.find(({ metric }) => metric === "judge")?.judge;
  return judge?.pairs === undefined ? null : { ...judge, pairs: judge.pairs };
}

/** The drawn sessions that are judged, by their places: a share of them, and no more than its budget pays for. */
export function sessionsToJudge(
  id: string,
  policy: Pick<BacktestPolicy, "metrics">,
  sessions: readonly Pick<BacktestSession, "position" | "session" | "part">[],
): ReadonlySet<number> {
  const judge = judgeIn(policy);
  if (judge === null) return new Set();
  const { sample, pairs } = judge;
  const key = sha256Hex(`judged pairs\n${id}`);
  const chosen = sessions
    .filter(({ part, session }) => part === "drawn" && (sample >= 1 || hmacUnit(key, session) < sample))
    .map(({ position }) => position)
    .toSorted((one, other) => one - other);
  const { questionPico, budgetPico } = pairs;
  return new Set(budgetPico === null ? chosen : chosen.slice(0, Math.floor(budgetPico / (2 * questionPico))));
}

/** What the judge made of sessions, in all. */
export interface JudgedSessions {
  /** Sessions in which it preferred the candidate, the baseline, or neither: those that are evidence. */
  readonly candidate: number;
  readonly baseline: number;
  readonly ties: number;
  /** Of the ties those in which its preference went with the order. */
  readonly flipped: number;
  /** Sessions that it made nothing of, with the last reason. */
  readonly failed: number;
  readonly trouble: string | null;
}

/** Counts what the judge made of pairs; `null` where none was judged. */
export function countJudged(pairs: readonly Pick<PairOutcome, "judged">[]): JudgedSessions | null {
  const judged = pairs.flatMap((pair) => pair.judged ?? []);
  if (judged.length === 0) return null;
  const count = (verdict: string): number => judged.filter((one) => one.verdict === verdict).length;
  return {
    candidate: count("candidate"),
    baseline: count("stable"),
    ties: count("tie"),
    flipped: judged.filter(({ isFlipped }) => isFlipped).length,
    failed: count("failed"),
    trouble: judged.findLast(({ trouble }) => trouble !== null)?.trouble ?? null,
  };
}
