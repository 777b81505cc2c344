import type { Verdict } from "../evidence/evidence.ts";
import { logThreshold } from "../evidence/thresholds.ts";
import { Union } from "../evidence/union.ts";
import { answerChanges } from "./answer-changes.ts";
import type { Backtest, BacktestEnding } from "./backtest.ts";
import { countJudged } from "./judged-sessions.ts";
import { countReasons } from "./left-out.ts";
import type { LeftOutReason } from "./left-out.ts";
import { measurePairs, sharesOf } from "./measure-pairs.ts";
import type { BacktestMetric, BacktestMetricName, BacktestResult } from "./result.ts";
import { worstPairs } from "./worst-pairs.ts";
import type { NamedPair } from "./worst-pairs.ts";

/** Everything that was replayed. */
export interface Replayed {
  readonly pairs: readonly NamedPair[];
  readonly leftOut: readonly LeftOutReason[];
  readonly spentPico: bigint;
  /** Why it ends; `null` while it goes on. */
  readonly how: BacktestEnding | null;
  /** The configured budget that had no more room for it; absent or `null` where its own was used up. */
  readonly emptied?: string | null;
}

/** More diverged turns than this make what is left another kind of traffic. */
const MANY_DIVERGED = 0.2;

/** Where so many could not be replayed, nobody knows what the candidate would have done in them. */
const MANY_MISSING = 0.05;

/** What a backtest found. The tests rest on the drawn sessions alone and are valid however it ended. */
export function conclude(
  backtest: Pick<Backtest, "policy" | "estimate" | "candidate" | "baseline">,
  { pairs, leftOut, spentPico, how, emptied = null }: Replayed,
): BacktestResult {
  const { policy, estimate } = backtest;
  const drawn = pairs.filter(({ part }) => part === "drawn");
  const metrics = measurePairs(
    drawn.map(({ pair }) => pair),
    policy,
  );
  const union = { logE: unionOf(metrics, sharesOf(policy)), threshold: logThreshold(policy.alpha) };
  const turns = pairs.flatMap(({ pair }) => pair.turns);
  const diverged = turns.filter(({ isDiverged }) => isDiverged).length;
  const counts = countReasons(leftOut);
  const sessions = { planned: estimate.sessions, compared: pairs.length, drawn: drawn.length };
  const reading = { metrics, union, required: requiredOf(backtest.policy) };
  const judged = countJudged(drawn.map(({ pair }) => pair));
  const missing = (counts.provider_away ?? 0) + (counts.lost ?? 0);
  const isMissingMany = missing > MANY_MISSING * sessions.planned;
  const proven = verdictOf(reading);
  const verdict = proven === "non-inferior" && isMissingMany ? "inconclusive" : proven;
  const unseen = verdict === proven ? null : `${missing} of ${sessions.planned}`;
  return {
    verdict,
    why: whyOf({ ...reading, verdict, drawn: drawn.length, how, emptied, unseen }),
    metrics,
    union,
    answers: answerChanges(pairs.map(({ pair }) => pair)),
    ...(judged !== null && { judged }),
    sessions,
    turns: { replayed: turns.length, diverged },
    leftOut: counts,
    spentPico,
    worst: worstPairs(pairs),
    caveats: caveatsOf(backtest, { turns: turns.length, diverged, sought: pairs.length - drawn.length }),
  };
}

function unionOf(metrics: readonly BacktestMetric[], shares: ReadonlyMap<BacktestMetricName, number>): number {
  const counted = metrics.filter(({ counts }) => counts);
  if (counted.length === 0) return 0;
  const union = new Union(counted.map(({ metric }) => shares.get(metric) ?? 0));
  return union.logR((index) => counted[index]?.harm.logE ?? 0);
}

interface Reading {
  readonly metrics: readonly BacktestMetric[];
  readonly union: BacktestResult["union"];
  /** Metrics that a promotion needs. */
  readonly required: ReadonlySet<string>;
}

const requiredOf = ({ metrics }: Backtest["policy"]): ReadonlySet<string> =>
  new Set(metrics.filter(({ required, judge }) => judge?.pairs?.required ?? required).map(({ metric }) => metric));

function verdictOf({ metrics, union, required }: Reading): Verdict {
  if (union.logE >= union.threshold) return "harm";
  const needed = metrics.filter(({ counts, metric }) => counts && required.has(metric));
  const isProven = needed.length > 0 && needed.every(({ noWorse }) => noWorse.crossed);
  return isProven ? "non-inferior" : "inconclusive";
}

interface Told extends Reading, Required<Pick<Replayed, "how" | "emptied">> {
  readonly verdict: Verdict;
  readonly drawn: number;
  /** How many sessions keep it from being cleared; `null` for none. */
  readonly unseen: string | null;
}

function whyOf(told: Told): string {
  return [reasonOf(told), endOf(told), besideOf(told)].filter((part) => part !== "").join(" ");
}

function reasonOf({ metrics, verdict, required, drawn, unseen }: Told): string {
  const counted = metrics.filter(({ counts }) => counts);
  if (counted.length === 0) return "The endpoint's policy names no metric that a backtest measures.";
  if (drawn === 0) return "Not one session could be compared.";
  const sessions = `${drawn} sessions`;
  if (verdict === "harm") {
    const blamed = counted.toSorted(
      (one, other) => other.harm.logE - other.harm.threshold - (one.harm.logE - one.harm.threshold),
    )[0];
    return `The candidate does harm: ${blamed === undefined ? "" : valuesIn(blamed)} over ${sessions}.`;
  }
  const needed = counted.filter(({ metric }) => required.has(metric));
  if (unseen !== null) {
    return `${sessions} show no harm, but ${unseen} could not be replayed, and nobody knows what the candidate would have done in them.`;
  }
  if (verdict === "non-inferior") {
    return `The candidate is proven no worse in ${listOf(needed.map(({ metric }) => metric))} over ${sessions}.`;
  }
  const open = needed.filter(({ noWorse }) => !noWorse.crossed).map(valuesIn);
  return `${sessions} prove neither harm nor that the candidate is no worse: ${open.join("; ") || "no metric is required"}.`;
}

/** `errors 1.2 % → 9.8 %`. */
function valuesIn({ metric, unit, baseline, candidate }: BacktestMetric): string {
  return `${metric} ${valueText(unit, baseline)} → ${valueText(unit, candidate)}`;
}

/** A value with its unit, for people. */
function valueText(unit: BacktestMetric["unit"], value: number | null): string {
  if (value === null) return "–";
  if (unit === "share") return `${(100 * value).toFixed(1)} %`;
  if (unit === "usd") return `$${value.toFixed(6)}`;
  return unit === "ms" ? `${value.toFixed(0)} ms` : value.toFixed(0);
}

const listOf = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;

function endOf({ how, emptied }: Pick<Told, "how" | "emptied">): string {
  if (how === "budget" && emptied !== null)
    return `It ended because the budget ${emptied} had no more room for it; what was compared until then counts.`;
  if (how === "budget") return "It ended when its budget was used up; what was compared until then counts.";
  if (how === "stopped") return "It was stopped before its end.";
  if (how === "provider") return "It ended because the candidate's provider was away.";
  return "";
}

/** Harm that was seen and does not count must not be overlooked. */
function besideOf({ metrics, verdict }: Told): string {
  const beside = metrics.filter((one) => !one.counts && one.verdict === "harm" && one.unit === "share");
  if (beside.length === 0) return "";
  const also = verdict === "harm" ? "Also worse" : "Worse";
  return `${also}, but not in the endpoint's policy: ${beside.map(valuesIn).join("; ")}.`;
}

function caveatsOf(
  { policy }: Pick<Backtest, "policy">,
  { turns, diverged, sought }: { readonly turns: number; readonly diverged: number; readonly sought: number },
): readonly string[] {
  const measured = new Set<string>([...sharesOf(policy).keys(), "latency", "first-token"]);
  const others = policy.metrics.filter(({ metric }) => !measured.has(metric)).map(({ metric }) => metric);
  return [
    "Each turn was replayed with the history that was recorded: the candidate answered conversations that the baseline had led.",
    "Times were measured at another hour than the recorded ones; they are shown and decide nothing.",
    `Harm is decided by a weighted average of the tests of the metrics that count, at level ${policy.alpha} over all of them; "no worse" needs every required metric at level ${Number(policy.beta.toPrecision(3))}. The tests are valid whenever and for whatever reason the backtest ended.`,
    ...(policy.attempt > 1
      ? [
          `This is comparison ${policy.attempt} of these two releases: the level of "no worse" is lower each time, so that repeating it proves nothing by chance.`,
        ]
      : []),
    ...(sought > 0
      ? [
          `${sought} further sessions were chosen because something rare was recorded of them. They are shown among the worst pairs and count in no test.`,
        ]
      : []),
    ...(turns > 0 && diverged / turns > MANY_DIVERGED
      ? [
          `${diverged} of ${turns} turns ended early because the candidate called tools as nobody had recorded: what is left may not be typical.`,
        ]
      : []),
    ...(others.length > 0 ? [`Not measured by a backtest: ${others.join(", ")}.`] : []),
  ];
}
