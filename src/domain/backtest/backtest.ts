import type { Verdict } from "../evidence/evidence.ts";
import type { MetricPlan } from "../rollout/plan.ts";
import type { Actor } from "../rollout/rollout.ts";
import type { ChannelName } from "../traffic/route.ts";
import type { BacktestResult } from "./result.ts";
import type { Estimate } from "./estimate.ts";
import type { LeftOutCounts } from "./left-out.ts";

/** A release as a backtest names it. */
export interface BacktestRelease {
  readonly id: string;
  /** `support-bot@7`. */
  readonly name: string;
  readonly digest: string;
}

/** What is asked for. */
export interface BacktestTerms {
  /** Sessions that began from `from` to `until` (epoch ms, half-open). */
  readonly from: number;
  readonly until: number;
  /** Most sessions that are replayed. */
  readonly sample: number;
  /** The same seed gives the same sample of the same sessions. */
  readonly seed: string;
  /** Most that may be spent, pico-dollars. */
  readonly budgetPico: bigint;
  /** Sessions that are replayed at the same time. */
  readonly concurrency: number;
}

/** By which margins and at which levels is decided; frozen when the backtest is planned. */
export interface BacktestPolicy {
  readonly metrics: readonly MetricPlan[];
  /** Level of the union that calls the candidate harmful. */
  readonly alpha: number;
  /** Level of each no-worse test. */
  readonly beta: number;
  /** How often this pair of releases was compared before with a result, plus 1. */
  readonly attempt: number;
  /** Largest cost of a session that counts, pico-dollars; and tokens of its answers. More is clipped. */
  readonly caps: { readonly costPico: number; readonly outputTokens: number };
}

/** What was found in the record. */
export interface Population {
  /** Calls that were looked at, and whether there were more than are looked at. */
  readonly calls: number;
  readonly isCut: boolean;
  /** Sessions that could be replayed. */
  readonly sessions: number;
  /** Sessions that could not, by reason. */
  readonly leftOut: LeftOutCounts;
}

/**
 * How a backtest ended: all of its sample was dealt with, its money was used up, somebody stopped it, the provider was
 * away for too long, or nobody agreed to its cost in time.
 */
export type BacktestEnding = "complete" | "budget" | "stopped" | "provider" | "lapsed";

/** The endings that leave a result which may be decided by: its tests are valid whenever they are read. */
export const hasResult = (how: BacktestEnding): boolean => how === "complete" || how === "budget";

/** One replay of recorded sessions against a candidate. */
export interface Backtest {
  /** `bkt_…` */
  readonly id: string;
  readonly channel: ChannelName;
  readonly candidate: BacktestRelease;
  readonly baseline: BacktestRelease;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly by: Actor;
  readonly terms: BacktestTerms;
  readonly policy: BacktestPolicy;
  readonly population: Population;
  readonly estimate: Estimate;
  /** `planned` waits until somebody agrees to what it costs. */
  readonly state: "planned" | "running" | "ended";
  readonly startedAt: number | null;
  /** Who asked it to stop; it stops when what is under way has ended. */
  readonly stopAskedBy: string | null;
  readonly ended: BacktestEnd | null;
}

/** How a backtest ended, and what it found. */
export interface BacktestEnd {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly how: BacktestEnding;
  /** In a sentence or two, for people. */
  readonly why: string;
  /** Absent where it never began. */
  readonly result: BacktestResult | null;
}

/** What is decided by; `inconclusive` where there is no result. */
export const verdictOf = ({ ended }: Pick<Backtest, "ended">): Verdict => ended?.result?.verdict ?? "inconclusive";
