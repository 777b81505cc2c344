import { canonicalJson } from "../../kit/canonical-json.ts";
import { sha256Hex } from "../../kit/hash.ts";
import type { ChannelName } from "../traffic/route.ts";
import type { MetricName, MetricPlan, ObservationWindow, RolloutPlan } from "./plan.ts";
import { checkMetric } from "./check-metric.ts";
import { checkStages, needsProof } from "./check-stages.ts";
import { isTerminal, isWithdrawing } from "./rollout.ts";
import type { Rollout, RolloutFact, Wait } from "./rollout.ts";
import { STRATEGIES } from "./strategies/index.ts";
import { USUAL_POINTS } from "./usual-points.ts";

/** What a rollout is opened with. */
export interface RolloutToOpen {
  readonly channel: ChannelName;
  /** Must have passed `checkPlan`. */
  readonly plan: RolloutPlan;
  /** Release ids. */
  readonly stable: string;
  readonly candidate: string;
  /** HMAC key of the assignment, 64 hex digits; new for every rollout. */
  readonly seed: string;
  /** What it waits for; none: it starts at the next look, if the channel is free. */
  readonly waits: readonly Wait[];
}

/** The first facts of a rollout. `decide` starts it and enters the first step. */
export const openingFacts = ({ waits, plan, ...rest }: RolloutToOpen): readonly RolloutFact[] => [
  { type: "Created", plan, planDigest: planDigest(plan), ...rest },
  { type: "Validated", waits },
];

/** SHA-256 of the plan's canonical form (RFC 8785), 64 hex digits: what is frozen when the rollout starts. */
export const planDigest = (plan: RolloutPlan): string => sha256Hex(canonicalJson(plan));

/** Weight up to which a newer release replaces the candidate under `auto`: few users have seen it. */
const SUPERSEDE_UP_TO = 0.05;

/**
 * What a newer release does to this rollout by the plan. A rollout that is past ramping cannot be superseded:
 * the newer release queues behind its end.
 */
export function onNewRelease(rollout: Rollout): "supersede" | "queue" | "reject" {
  const { plan, phase, startedAt, weight } = rollout;
  if (isTerminal(phase)) return "queue";
  if (plan.onNewRelease === "reject" || plan.onNewRelease === "queue") return plan.onNewRelease;
  const mayYield = startedAt === null || phase === "ramping" || phase === "shadowing";
  if (!mayYield) return "queue";
  return plan.onNewRelease === "supersede" || weight <= SUPERSEDE_UP_TO ? "supersede" : "queue";
}

/** Whether the stable release, applied again, has nothing to wait for: what is open makes way, or is being withdrawn. */
export const makesWay = (open: readonly Rollout[]): boolean =>
  open.every((rollout) => isWithdrawing(rollout.phase) || onNewRelease(rollout) === "supersede");

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A metric that can only roll back. */
const guard = (metric: MetricName, own: Pick<MetricPlan, "beyond"> = {}): MetricPlan => ({
  metric,
  harmRatio: 1.25,
  noWorseRatio: 2,
  ...(own.beyond === undefined && { noWorseOrPoints: USUAL_POINTS }),
  share: 0.04,
  required: false,
  capPico: null,
  ...own,
});

/** The plan of an endpoint that names none. */
export const DEFAULT_PLAN: RolloutPlan = {
  strategy: "canary",
  steps: [
    // About 10 candidate sessions: a candidate that fails every session is proven harmful by the second or third.
    // Five minutes let per-minute rate limits and cold caches show.
    { weight: 0.01, minDurationMs: 5 * MINUTE_MS, minSessions: 1_000, approval: false },
    // About 50 candidate sessions: a rise of errors from 1 % to 10 % is proven by 36 in the median run.
    { weight: 0.05, minDurationMs: 5 * MINUTE_MS, minSessions: 1_000, approval: false },
    // 25 % nearly minimises the time to a verdict, so the promotion is expected here. The proof decides when (about
    // 6,000 sessions at 1 % errors, 2,000 without any); the minimum only keeps a lucky start from deciding alone.
    { weight: 0.25, minDurationMs: 10 * MINUTE_MS, minSessions: 400, approval: false },
    { weight: 1, minDurationMs: 0, minSessions: 0, approval: false },
  ],
  // Smaller margins would call harmless changes harm, or take many times the sessions to prove no worse. Cost has
  // no cap: nobody has declared what a session may cost, so costs are compared by rank. Errors hurt most and come
  // rarest, so they weigh most: with equal shares a rise from 1 % to 10 % takes 43 candidate sessions instead of 36.
  // Where sessions hardly ever fail, no ratio of failures can be proven: less than one more of a hundred is no worse too.
  metrics: [
    {
      metric: "errors",
      harmRatio: 1.25,
      noWorseRatio: 2,
      noWorseOrPoints: USUAL_POINTS,
      share: 0.6,
      required: true,
      capPico: null,
    },
    { metric: "latency", harmRatio: 1.1, noWorseRatio: 1.25, share: 0.1, required: true, capPico: null },
    { metric: "cost", harmRatio: 1.1, noWorseRatio: 1.2, share: 0.1, required: true, capPico: null },
    // What the three above cannot see, and what looks well to them: answers that say nothing are quick and cheap, and a test
    // on ranks is blind to one session in twenty. Harm only: no promotion waits for the proof that nobody refuses more.
    guard("abandoned"),
    guard("refusals"),
    guard("invalid-output"),
    guard("latency-tail", { beyond: 2 }),
    guard("cost-tail", { beyond: 2 }),
  ],
  // One good release in twenty may be rolled back for nothing, and one bad one in twenty certified, at most.
  alpha: 0.05,
  beta: 0.05,
  mode: "enforce",
  // The first turn says whether a release answers. Two minutes are enough for most conversations; where a call may take
  // longer, the plan of an endpoint waits for it. Outcomes are consumed in assignment order, so what waits delays all behind it.
  window: { turns: 1, withinMs: 2 * MINUTE_MS },
  onInconclusive: "hold",
  // At 40 sessions an hour these margins need about 5.5 days.
  deadlineMs: 7 * DAY_MS,
  onNewRelease: "auto",
  // Long enough for the conversations under way to end, short enough that the next release need not wait.
  drainMs: 10 * MINUTE_MS,
  // At 40 sessions an hour a quarter of an hour passes without any once in 20,000 times.
  noDataMs: 15 * MINUTE_MS,
  // One session in fifty goes on with the release before: enough to compare with, few enough to have been promoted.
  holdback: 0.02,
  // What only shows under all traffic shows within half an hour; a newer release waits no longer than that.
  bakeMs: 30 * MINUTE_MS,
  sessions: { onPromotion: "keep", onRollback: "next_turn" },
  // An outage of a provider that only the candidate asks says nothing of the release; it is not rolled back for that alone.
  providerFault: "hold",
};

/** How far the shares of a plan may be from 1 together: rounding only. */
const SHARE_TOLERANCE = 1e-9;
/** A session that waits longer than a day for its outcome would delay every verdict behind it. */
const MAX_WINDOW_MS = 24 * 60 * 60_000;
const MAX_TURNS = 1_000;

/** What is wrong with a plan, in full sentences; [] when it can be frozen. */
export function checkPlan(plan: RolloutPlan): readonly string[] {
  return [
    ...STRATEGIES[plan.strategy].check(plan),
    ...checkStages(plan),
    ...checkStepMinimums(plan),
    ...checkMetrics(plan),
    ...checkLevel("alpha", plan.alpha),
    ...checkLevel("beta", plan.beta),
    ...checkWindow(plan.window),
    ...checkTimes(plan),
  ];
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const isTime = (value: number): boolean => Number.isFinite(value) && value >= 0;
const unless = (isFine: boolean, sentence: string): readonly string[] => (isFine ? [] : [sentence]);

const checkStepMinimums = ({ steps }: RolloutPlan): readonly string[] =>
  steps.flatMap(({ minDurationMs, minSessions }, index) => [
    ...unless(
      isTime(minDurationMs),
      `Step ${index + 1} has a least duration of ${minDurationMs} ms; it must be 0 or more.`,
    ),
    ...unless(
      isCount(minSessions),
      `Step ${index + 1} has a least number of sessions of ${minSessions}; it must be a whole number, 0 or more.`,
    ),
  ]);

function checkMetrics(plan: RolloutPlan): readonly string[] {
  const { metrics } = plan;
  if (metrics.length === 0) return ["The plan has no metrics; without one nothing can be proven."];
  const names = metrics.map(({ metric }) => metric);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  const shares = metrics.reduce((sum, { share }) => sum + share, 0);
  return [
    ...metrics.flatMap(checkMetric),
    ...unless(twice === undefined, `The metric ${twice} is named more than once; name it once.`),
    ...unless(
      Math.abs(shares - 1) <= SHARE_TOLERANCE,
      `The shares of the metrics add up to ${shares}; they must add up to 1.`,
    ),
    ...unless(
      !needsProof(plan) || metrics.some(({ required }) => required),
      "No metric is required; a promotion needs at least one that is proven no worse.",
    ),
  ];
}

const checkLevel = (name: "alpha" | "beta", level: number): readonly string[] =>
  unless(level > 0 && level < 1, `The level ${name} is ${level}; it must be above 0 and below 1.`);

const checkWindow = ({ turns, withinMs }: ObservationWindow): readonly string[] => [
  ...unless(
    Number.isSafeInteger(turns) && turns >= 1 && turns <= MAX_TURNS,
    `The window observes ${turns} turns of a session; it must be a whole number from 1 to ${MAX_TURNS}.`,
  ),
  ...unless(
    withinMs > 0 && withinMs <= MAX_WINDOW_MS,
    `The window is ${withinMs} ms long; it must be above 0 and at most a day (${MAX_WINDOW_MS} ms).`,
  ),
];

/** Least time of the steps on which the candidate is given to anybody: what the deadline counts. */
export const exposedLeastMs = (steps: RolloutPlan["steps"]): number =>
  steps.reduce((sum, { weight, minDurationMs }) => sum + (weight > 0 ? minDurationMs : 0), 0);

function checkTimes({ deadlineMs, drainMs, noDataMs, steps }: RolloutPlan): readonly string[] {
  const leastMs = exposedLeastMs(steps);
  return [
    ...unless(
      Number.isFinite(deadlineMs) && deadlineMs > 0 && !(deadlineMs < leastMs),
      `The deadline is ${deadlineMs} ms; it must be above 0 and not before the ${leastMs} ms that the steps need.`,
    ),
    ...unless(isTime(drainMs), `The drain time is ${drainMs} ms; it must be 0 or more.`),
    ...unless(
      Number.isFinite(noDataMs) && noDataMs > 0,
      `The time without data is ${noDataMs} ms; it must be above 0.`,
    ),
  ];
}
