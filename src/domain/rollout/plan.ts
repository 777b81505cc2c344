import type { Condition } from "../flags/condition.ts";
import type { FailureCause } from "../traffic/assignment.ts";
import type { GatePlan } from "./gates/gate-plan.ts";
import type { DataChange, NotifyPlan } from "./notice-plan.ts";
import type { TriggerPlan } from "./trigger-plan.ts";

/** A gate metric that every endpoint has, by name; each is one file in `evidence/metrics/`. */
export type CommonMetricName =
  | "errors"
  | "refusals"
  | "invalid-output"
  | "tool-failures"
  | "abandoned"
  | "latency"
  | "latency-tail"
  | "first-token"
  | "tokens-per-second"
  | "cost"
  | "cost-tail"
  | DelayedMetricName;

/** A metric whose outcome somebody sends after the session: users, or a judge. */
export type DelayedMetricName = "thumbs" | "problems" | "judge";

/** A metric of the application's own, sent to `POST /v1/metrics`, with its name after the colon. Delayed as well. */
export type BusinessMetricName = `business:${string}`;

/** A gate metric by name. */
export type MetricName = CommonMetricName | BusinessMetricName;

/** Who scores sessions, and which ones. */
export interface JudgePlan {
  /** Name of the score, as it is sent to `POST /v1/feedback`. */
  readonly score: string;
  /** Stands for the judge's model and prompt version; scores with another one are no evidence. */
  readonly digest: string;
  /** Share of sessions to judge, in (0, 1]: chosen by a hash of the session, in both arms alike. */
  readonly sample: number;
  /** Who compares pairs of answers to the same question, where that is asked; absent is nobody. */
  readonly pairs?: PairJudgePlan;
}

/** Where pairs are judged: by a program of the operator's directory, or by a web server that is asked with a signed POST. */
export type PairJudgePlace =
  | { readonly kind: "command"; readonly program: string; readonly args: readonly string[] }
  | { readonly kind: "http"; readonly url: string; readonly secretEnv: string; readonly allowPrivate: boolean };

/** A judge of pairs of answers, and what it may take. */
export interface PairJudgePlan {
  readonly place: PairJudgePlace;
  /** Longest that one question may take, milliseconds. */
  readonly timeoutMs: number;
  /** Pairs that are judged at the same time on one server. */
  readonly atOnce: number;
  /** What one question costs, pico-dollars; a pair takes two. */
  readonly questionPico: number;
  /** Most that all questions may cost together, pico-dollars; `null` is without a limit. */
  readonly budgetPico: number | null;
  /** Whether a stage of copies is passed only when the judge's preference is proven no worse. */
  readonly required: boolean;
}

/** What the application counts or measures: an event that a session has or has not, or a value within a range. */
export type BusinessPlan =
  | { readonly type: "event"; readonly isGood: boolean }
  | {
      readonly type: "value";
      readonly low: number;
      readonly high: number;
      readonly better: "higher" | "lower";
      /** What a session counts as that sent no value within the window, in the range. */
      readonly missing: number;
    };

/**
 * One metric of a plan, with its margins. They are ratios of the worse to the better: candidate : stable, or for what
 * is better when higher stable : candidate. Scores and values within a range compare by difference instead, and
 * their ratios are 1.
 */
export interface MetricPlan {
  readonly metric: MetricName;
  /** Tolerated ratio. Beyond it lies harm: 1.25 for errors, 1.10 for latency and cost. */
  readonly harmRatio: number;
  /** Ratio at which "no worse" ends: 2 for errors, 1.25 for latency, 1.20 for cost. */
  readonly noWorseRatio: number;
  /** Scores and values: tolerated drop of the mean, as a share of the range; absent for all others. */
  readonly harmDrop?: number;
  /** Scores and values: drop of the mean at which "no worse" ends, as a share of the range; absent for all others. */
  readonly noWorseDrop?: number;
  /** Harmful events: "no worse" ends at this many more sessions of a hundred (0.01: one), in place of the ratio. */
  readonly noWorsePoints?: number;
  /** The same beside the ratio: below either of them is no worse. Never together with `noWorsePoints`. */
  readonly noWorseOrPoints?: number;
  /** Weight of the metric in the union that decides a rollback; the weights of a plan sum to 1. */
  readonly share: number;
  /** Whether promotion needs this metric certified as no worse. */
  readonly required: boolean;
  /** Largest cost of a session in pico-dollars that counts (cost only); more is clipped. */
  readonly capPico: number | null;
  /** `latency-tail` and `cost-tail`: the tail begins at so many times the 95th percentile of stable; absent is 1. */
  readonly beyond?: number;
  /** The causes of failure that count (errors only); absent is all. */
  readonly causes?: readonly FailureCause[];
  /** How long after its assignment a session's outcome may come, milliseconds (delayed metrics only). */
  readonly withinMs?: number;
  /** `judge` only. */
  readonly judge?: JudgePlan;
  /** Metrics of the application's own only. */
  readonly business?: BusinessPlan;
}

/** One rung of the ladder. */
export interface Step {
  /** Candidate weight in [0, 1]. 0 is a preview: nobody but who asks for it. 1 is the last step and means promotion. */
  readonly weight: number;
  /** Least observed time on the step, milliseconds. */
  readonly minDurationMs: number;
  /** Least number of sessions assigned on the step, both arms together. */
  readonly minSessions: number;
  /** Whether a person must agree before the next step. */
  readonly approval: boolean;
}

/** What part of a session is observed, the same for both arms. */
export interface ObservationWindow {
  /** A session is final after this many turns … */
  readonly turns: number;
  /** … or this many milliseconds after its assignment; no finished turn by then is a failure. */
  readonly withinMs: number;
}

/** How a candidate reaches users; each is one file in `strategies/`. */
export type StrategyName = "canary" | "blue_green" | "shadow" | "ab" | "flag" | "dark" | "instant";

/** Copies of stable's calls that the candidate answers unseen, before it gets any session. */
export interface ShadowStage {
  /** Share of stable's sessions that are copied, in (0, 1]. */
  readonly sample: number;
  /** Least observed time of the stage, milliseconds. */
  readonly minDurationMs: number;
  /** Least number of answers that were compared. */
  readonly minPairs: number;
  /** Observed time after which the stage ends without proof, milliseconds. */
  readonly deadlineMs: number;
  /** Most that the copies may cost together, pico-dollars; `null` is without a limit. */
  readonly budgetPico: number | null;
  /** Whether calls that bring results of tools are copied (`record`) or not (`stub`). No tool is ever called for a copy. */
  readonly tools: "stub" | "record";
}

/** What becomes of conversations under way when the release changes. Streams always finish on the release they began with. */
export interface SessionPolicy {
  /** Sessions that began on the release before: `keep` it until the drain ends, or switch at their `next_turn`. */
  readonly onPromotion: "keep" | "next_turn";
  /** Sessions of a candidate that is taken back: switch at their `next_turn`, `finish` on it until the drain ends, or `terminate`. */
  readonly onRollback: "next_turn" | "finish" | "terminate";
}

/** What an A/B test looks for and how long, planned before its start. */
export interface AbPlan {
  /** The metric that decides who wins. */
  readonly goal: MetricName;
  /** Whether a candidate that is proven better is promoted at once, or a person is asked. */
  readonly winner: "ask" | "promote";
  /** Rate or mean of the goal on stable, as far as known before the start. */
  readonly baseline: number;
  /** Smallest relative change of the goal that is looked for, above 0. */
  readonly effect: number;
  /** Probability of finding an effect of that size, in (0, 1). */
  readonly power: number;
  /** Sessions of both arms after which it ends, and the days that takes at `sessionsPerDay`. */
  readonly sessions: number;
  readonly days: number;
}

/** A rollout's plan: frozen when the rollout starts; an edit is a new rollout with new evidence. */
export interface RolloutPlan {
  readonly strategy: StrategyName;
  readonly steps: readonly Step[];
  readonly metrics: readonly MetricPlan[];
  /** Level of the union that rolls back. */
  readonly alpha: number;
  /** Level of each no-worse test. */
  readonly beta: number;
  /** `observe` only records verdicts, `hold` turns harm into a hold, `enforce` rolls back. */
  readonly mode: "observe" | "hold" | "enforce";
  readonly window: ObservationWindow;
  /** What happens when `deadlineMs` passes without a verdict. */
  readonly onInconclusive: "hold" | "ask" | "promote_unproven" | "abort";
  /** Milliseconds of observed time after which the plan counts as inconclusive. */
  readonly deadlineMs: number;
  /** What a newer release does while this rollout runs. `auto`: supersede up to 5 % weight, else queue. */
  readonly onNewRelease: "auto" | "supersede" | "queue" | "reject";
  /** Milliseconds after promotion in which old pins run out before the rollout completes. */
  readonly drainMs: number;
  /** Milliseconds without any outcome after which `no_data` is held. */
  readonly noDataMs: number;
  /** The stage before the first step, or the whole of a shadow rollout; absent is none. */
  readonly shadow?: ShadowStage;
  /** Share of new sessions in [0, 0.5) that stay on the release before while the promotion bakes; absent is none. */
  readonly holdback?: number;
  /** Milliseconds after promotion in which it is watched before the rollout completes; absent is the drain alone. */
  readonly bakeMs?: number;
  /** Milliseconds after promotion in which the release before stays ready to be returned to; absent is not kept. */
  readonly warmMs?: number;
  /** Absent: sessions keep their release after a promotion, and leave a candidate at their next turn. */
  readonly sessions?: SessionPolicy;
  /** Whose calls may get the candidate (strategy `flag`); absent is everybody's. */
  readonly target?: Condition;
  /** Strategy `ab` alone. */
  readonly ab?: AbPlan;
  /** New sessions a day that are expected; absent where nobody said. */
  readonly sessionsPerDay?: number;
  /** What must be clear before the rollout goes on; absent is nothing beyond the steps and the evidence. */
  readonly gates?: readonly GatePlan[];
  /** Thresholds that act beside the evidence; absent is none. */
  readonly triggers?: readonly TriggerPlan[];
  /**
   * What failures of the candidate's provider do where stable is asked at another one: `count` as the release's own,
   * `hold` while it is down, or `roll_back`. Absent, as in plans from before it was asked: `count`.
   */
  readonly providerFault?: "count" | "hold" | "roll_back";
  /** Who is told how it goes; absent is nobody. */
  readonly notify?: readonly NotifyPlan[];
  /** Changes of data that the release brings along; absent is none. */
  readonly changes?: readonly DataChange[];
}
