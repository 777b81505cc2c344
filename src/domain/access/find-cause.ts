import { HOUR_MS } from "../spend/spend-book.ts";
import { DEFAULT_ANOMALY_RULE, spendAnomaly } from "../spend/spend-anomaly.ts";
import type { SpendBaseline } from "../spend/spend-anomaly.ts";
import type { PauseCondition } from "./pause-rule.ts";

/** What was seen of a subject. */
export type Sight =
  | {
      readonly type: "hour";
      /** Its beginning, epoch milliseconds. */
      readonly hour: number;
      readonly spentPico: bigint;
      /** `null` where nothing is usual yet. */
      readonly baseline: SpendBaseline | null;
    }
  | { readonly type: "calls"; readonly calls: number; readonly failed: number };

/** Why a rule stops a subject. */
export interface Cause {
  /** What it did, to follow its name: "has spent $21.40 in the hour since 13:00 UTC, above $20.00". */
  readonly text: string;
  /** Until when the cause is the same one, epoch milliseconds: the end of its hour; `null` where it is counted anew. */
  readonly endsAt: number | null;
}

/** The cause that a condition finds in what was seen, or `null`. A sight of the other kind says nothing. */
export function findCause(condition: PauseCondition, sight: Sight): Cause | null {
  if (condition.type === "errors-above") return sight.type === "calls" ? inCalls(condition, sight) : null;
  if (sight.type !== "hour") return null;
  const { hour, spentPico, baseline } = sight;
  const since = `has spent ${usd(spentPico)} in the hour since ${new Date(hour).toISOString().slice(11, 16)} UTC`;
  const endsAt = hour + HOUR_MS;
  if (condition.type === "hour-above") {
    const { abovePico } = condition;
    return spentPico > abovePico ? { text: `${since}, above ${usd(abovePico)}`, endsAt } : null;
  }
  const { times, leastPico } = condition;
  const anomaly = spendAnomaly(spentPico, baseline, { ...DEFAULT_ANOMALY_RULE, ratio: times, leastPico });
  if (anomaly === null) return null;
  const usual = anomaly.baseline.medianPico;
  const ratio = Number.isFinite(anomaly.ratio)
    ? `${anomaly.ratio.toFixed(1)} times the usual ${usd(usual)}`
    : "usually nothing";
  return { text: `${since}, ${ratio}`, endsAt };
}

type ErrorsAbove = Extract<PauseCondition, { readonly type: "errors-above" }>;

function inCalls(
  { share, withinMs, leastCalls }: ErrorsAbove,
  seen: Extract<Sight, { readonly type: "calls" }>,
): Cause | null {
  const { calls, failed } = seen;
  if (calls < leastCalls || failed <= share * calls) return null;
  const percent = (part: number): string => `${Number((part * 100).toFixed(1))} %`;
  return {
    text: `failed in ${failed} of ${calls} calls (${percent(failed / calls)}) within ${spell(withinMs)}, above ${percent(share)}`,
    endsAt: null,
  };
}

const spell = (ms: number): string => (ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`);

/** Dollars and cents; of less than a dollar the first three digits. */
function usd(pico: bigint): string {
  const dollars = Number(pico) / 1e12;
  if (dollars > 0 && dollars < 1e-6) return "less than $0.000001";
  return `$${dollars >= 1 || dollars === 0 ? dollars.toFixed(2) : Number(dollars.toPrecision(3))}`;
}
