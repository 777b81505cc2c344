import type { MetricReading, Reading } from "../evidence/evidence.ts";
import { noWorseGrowth, noWorseMissing } from "../evidence/growth.ts";
import { listMetrics } from "./describe-effect.ts";
import type { Step } from "./plan.ts";
import type { Rollout } from "./rollout.ts";

/** How far a rollout has come on its step, and how fast sessions come. */
export interface Progress {
  /** Time observed on the present step, milliseconds. */
  readonly stepObservedMs: number;
  /** Sessions assigned on the present step, both arms. */
  readonly stepSessions: number;
  /** New sessions of both arms. */
  readonly sessionsPerSecond: number;
}

/** How much longer a rollout stays on one step: sessions of both arms, the time, and what takes longest. */
export interface StepEstimate {
  readonly weight: number;
  readonly sessions: number;
  readonly ms: number;
  readonly waitsFor: "time" | "sessions" | "evidence";
}

/** How much longer until the candidate is promoted, step by step; or, in a sentence, why nobody can tell. */
export type LadderEstimate =
  | { readonly steps: readonly StepEstimate[]; readonly sessions: number; readonly ms: number }
  | { readonly unknown: string };

/**
 * How much longer a ramping rollout takes to its promotion. Every step but the last below 1 is left when its time and
 * sessions are reached; what each metric still has to prove shrinks meanwhile by the step's sessions times the growth
 * of log E at its weight, and the last step lasts until the slowest required metric is proven. Assumes that sessions
 * keep coming at the observed rate and metrics stay as observed, that holds end now and that approvals come at once;
 * the drain after the promotion is not in it.
 */
export function estimateLadder(
  rollout: Pick<Rollout, "plan" | "step" | "certified">,
  reading: Reading,
  progress: Progress,
): LadderEstimate {
  if (!(progress.sessionsPerSecond > 0)) return { unknown: "No sessions yet, so there is no estimate." };
  const unproven = unprovenMetrics(rollout, reading);
  if (unproven === null) return { unknown: "No metric has to be proven, so a person or the deadline decides." };
  const mute = unproven.filter(hasNoEvents).map(({ metric }) => metric);
  if (mute.length > 0) return { unknown: NO_EVENTS(listMetrics(mute)) };
  const rungs = rollout.plan.steps.slice(Math.max(rollout.step, 0)).filter(({ weight }) => weight < 1);
  const steps: StepEstimate[] = [];
  for (const [index, rung] of rungs.entries()) {
    const done = index === 0 && rollout.step >= 0 ? progress : { ...progress, stepObservedMs: 0, stepSessions: 0 };
    const isLast = index === rungs.length - 1;
    const evidence = isLast ? sessionsToProof(unproven, steps, rung.weight) : 0;
    steps.push(estimateStep(rung, done, evidence));
  }
  const sessions = steps.reduce((sum, step) => sum + step.sessions, 0);
  if (Number.isFinite(sessions)) return { steps, sessions, ms: steps.reduce((sum, step) => sum + step.ms, 0) };
  const stuck = unproven.filter((metric) => !(noWorseGrowth(metric, rungs.at(-1)?.weight ?? 1) > 0));
  return {
    unknown: `No estimate yet: nothing so far speaks for ${listMetrics(stuck.map(({ metric }) => metric))} being no worse.`,
  };
}

/** Sessions after which it is worth a word that nothing has happened in any of them. */
const MANY_SESSIONS = 500;

const NO_EVENTS = (metrics: string): string =>
  `No estimate: in no session of either release was there anything for ${metrics} to count, and a ratio of nothing to nothing proves nothing. \`no_worse_points\` of a metric compares in percentage points and needs no such session; a person can promote.`;

/** Whether a metric waits for a ratio of events of which there are none. */
const hasNoEvents = ({ unit, n, value, noWorse }: MetricReading): boolean =>
  unit === "share" &&
  noWorse.isDifference !== true &&
  noWorse.orDifference === undefined &&
  n.stable + n.candidate >= MANY_SESSIONS &&
  (value.stable ?? 0) === 0 &&
  (value.candidate ?? 0) === 0;

/** The required metrics that are still to be proven; `null` when the plan requires none. */
function unprovenMetrics(
  { plan, certified }: Pick<Rollout, "plan" | "certified">,
  reading: Reading,
): readonly MetricReading[] | null {
  const required = plan.metrics.filter((metric) => metric.required).map(({ metric }) => metric);
  if (required.length === 0) return null;
  return reading.metrics.filter(
    ({ metric, noWorse }) => required.includes(metric) && !certified.includes(metric) && !noWorse.crossed,
  );
}

/** Sessions needed on the last step, after what the steps before it will have told. */
function sessionsToProof(unproven: readonly MetricReading[], before: readonly StepEstimate[], weight: number): number {
  const needs = unproven.map((metric) => {
    const told = before.reduce((sum, step) => sum + step.sessions * noWorseGrowth(metric, step.weight), 0);
    const missing = noWorseMissing(metric) - told;
    return missing <= 0 ? 0 : missing / noWorseGrowth(metric, weight);
  });
  return Math.max(0, ...needs);
}

function estimateStep({ weight, minDurationMs, minSessions }: Step, done: Progress, evidence: number): StepEstimate {
  const { sessionsPerSecond, stepObservedMs, stepSessions } = done;
  const lasting = (sessions: number): number => (sessions / sessionsPerSecond) * 1_000;
  const time = Math.max(0, minDurationMs - stepObservedMs);
  const counted = lasting(Math.max(0, minSessions - stepSessions));
  const proof = lasting(evidence);
  const ms = Math.ceil(Math.max(time, counted, proof));
  const sessions = Math.ceil(Math.max(evidence, (ms / 1_000) * sessionsPerSecond - 1e-6));
  const waitsFor = proof > time && proof > counted ? "evidence" : counted > time ? "sessions" : "time";
  return { weight, sessions, ms, waitsFor };
}
