import { formatDuration } from "../../kit/duration.ts";
import { isDelayed } from "../evidence/metrics/kinds.ts";
import { sessionsNeeded } from "../evidence/sessions-needed.ts";
import type { SessionsTerms } from "../evidence/sessions-needed.ts";
import { attemptLevel } from "./attempt-level.ts";
import { needsProof } from "./check-stages.ts";
import { formatShare, listMetrics } from "./describe-effect.ts";
import type { MetricPlan, RolloutPlan, Step } from "./plan.ts";

const DAY_MS = 24 * 60 * 60_000;

/** New sessions of an endpoint a day: as somebody expects them, as its last rollout saw them, or as they begin at present. */
export interface Traffic {
  readonly sessionsPerDay: number;
  readonly source: "expected" | "observed" | "present";
}

/** Whether a plan can ever come to its end, and when. Sentences without the name of the endpoint. */
export interface Reach {
  /** Why it never can: such a plan is refused. */
  readonly errors: readonly string[];
  /** Why it will hardly. */
  readonly warnings: readonly string[];
  /** What it takes, for people to see before it starts. */
  readonly outlook: readonly string[];
}

/**
 * Whether a plan can come to a promotion or a verdict, assuming that metrics look as they usually do and that nothing
 * is worse: with the sessions that the proof takes, and the time that is at the present traffic (`null`: unknown).
 */
export function checkReach(plan: RolloutPlan, traffic: Traffic | null): Reach {
  if (plan.ab !== undefined) return reachOfTest(plan, plan.ab, traffic);
  const unseen = unseenMetrics(plan);
  if (unseen.length > 0) return { errors: unseen, warnings: [], outlook: [] };
  return needsProof(plan) ? reachOfLadder(plan, traffic) : { errors: [], warnings: [], outlook: [] };
}

/** Required metrics where no session is compared before the promotion, so that nothing is ever proven. */
function unseenMetrics(plan: RolloutPlan): readonly string[] {
  const isCompared = plan.steps.some(({ weight }) => weight > 0 && weight < 1);
  const required = plan.metrics.filter((metric) => metric.required).map(({ metric }) => metric);
  if (isCompared || required.length === 0) return [];
  const behind = required.map((metric) => sessionsFor(plan, metric, 0.25)).filter(Number.isFinite);
  const needed =
    behind.length === 0 ? "" : ` That takes about ${count(Math.max(...behind))} sessions on a step of 25 %.`;
  return [
    `requires ${listMetrics(required)} to be proven no worse, and with the strategy ${plan.strategy} no session is compared before the promotion.${needed} Use a canary, or leave \`required\` out: harm is still watched for after the promotion`,
  ];
}

/** Expected sessions of both arms until one required metric is proven no worse at a weight, in a first attempt. */
function sessionsFor(plan: RolloutPlan, name: MetricPlan["metric"], weight: number): number {
  const metric = plan.metrics.find((one) => one.metric === name);
  if (metric === undefined) return 0;
  return sessionsNeeded({ metric, test: "no-worse", weight, level: attemptLevel(plan.beta, 1) }).total;
}

/** The rungs on which sessions are compared. */
const rungsOf = ({ steps }: RolloutPlan): readonly Step[] => steps.filter(({ weight }) => weight > 0 && weight < 1);

function reachOfLadder(plan: RolloutPlan, traffic: Traffic | null): Reach {
  const last = rungsOf(plan).at(-1);
  if (last === undefined) return { errors: [], warnings: [], outlook: [] };
  const needs = plan.metrics
    .filter(({ required }) => required)
    .map((metric) => ({ metric, sessions: sessionsFor(plan, metric.metric, last.weight) }));
  const errors = [
    ...needs.filter(({ sessions }) => !Number.isFinite(sessions)).map(({ metric }) => neverProven(metric)),
    ...plan.metrics.filter((metric) => isTooLate(metric, plan)).map((metric) => tooLate(metric, plan)),
  ];
  if (errors.length > 0) return { errors, warnings: [], outlook: [] };
  const slowest = needs.reduce((worst, one) => (one.sessions > worst.sessions ? one : worst));
  const assumed = assumedOf(slowest.metric, { weight: last.weight, level: attemptLevel(plan.beta, 1) });
  const proof = `about ${count(slowest.sessions)} sessions on ${formatShare(last.weight)}${assumed} to prove ${listMetrics([slowest.metric.metric])} no worse`;
  if (traffic === null) return { errors, warnings: [], outlook: [`takes ${proof}`] };
  const ms = ladderMs(rungsOf(plan), slowest.sessions, traffic);
  const outlook = `takes ${proof}: ${formatDuration(ms)} in all ${at(traffic)}`;
  if (ms <= plan.deadlineMs || isBrief(traffic)) return { errors, warnings: [], outlook: [outlook] };
  return {
    errors,
    warnings: [`${outlook}, and the deadline is ${formatDuration(plan.deadlineMs)}; ${ADVICE}`],
    outlook: [],
  };
}

/** Errors are planned at their usual rate; where nothing fails a ratio would never be proven, and points are soon. */
function assumedOf(metric: MetricPlan, terms: Pick<SessionsTerms, "weight" | "level">): string {
  if (metric.metric !== "errors" || metric.noWorsePoints !== undefined) return "";
  if (metric.noWorseOrPoints === undefined) return ", if one in a hundred fails,";
  const outlook = { kind: "events", stable: 0, candidate: 0 } as const;
  const { totalWithMixtureCost } = sessionsNeeded({ ...terms, metric, test: "no-worse", outlook });
  return `, if one in a hundred fails, or ${count(totalWithMixtureCost)} if none does,`;
}

const ADVICE = "raise `deadline`, widen `no_worse`, or require fewer metrics";

const neverProven = ({ metric }: MetricPlan): string =>
  `requires ${listMetrics([metric])} to be proven no worse, and at this margin no number of sessions does; widen \`no_worse\``;

/** A delayed outcome counts when its window has passed, so no session can have counted by the deadline. */
const isTooLate = ({ metric, required, withinMs = 0 }: MetricPlan, { deadlineMs }: RolloutPlan): boolean =>
  required && isDelayed(metric) && withinMs >= deadlineMs;

const tooLate = ({ metric, withinMs = 0 }: MetricPlan, { deadlineMs }: RolloutPlan): string =>
  `requires ${listMetrics([metric])}, whose outcomes count after ${formatDuration(withinMs)}, which is not before the deadline of ${formatDuration(deadlineMs)}; no session could count`;

/** Time of the whole ladder, the proof on its last rung. */
function ladderMs(rungs: readonly Step[], proof: number, { sessionsPerDay }: Traffic): number {
  const lasting = (sessions: number): number => (sessions / sessionsPerDay) * DAY_MS;
  return rungs.reduce((sum, { minDurationMs, minSessions }, index) => {
    const sessions = index === rungs.length - 1 ? Math.max(minSessions, proof) : minSessions;
    return sum + Math.max(minDurationMs, lasting(sessions));
  }, 0);
}

function reachOfTest(plan: RolloutPlan, ab: NonNullable<RolloutPlan["ab"]>, traffic: Traffic | null): Reach {
  const { goal, effect, power, sessions } = ab;
  const sample = plan.metrics.find(({ metric }) => metric === goal)?.judge?.sample ?? 1;
  const what = `ends after ${count(sessions)} sessions, in which a change of ${formatShare(effect)} in ${listMetrics([goal])} is found with a probability of ${formatShare(power)}`;
  if (traffic === null) return { errors: [], warnings: [], outlook: [what] };
  const ms = (sessions / sample / traffic.sessionsPerDay) * DAY_MS;
  const outlook = `${what}: ${formatDuration(ms)} ${at(traffic)}`;
  if (ms <= plan.deadlineMs || isBrief(traffic)) return { errors: [], warnings: [], outlook: [outlook] };
  const advice = "raise `deadline`, or look for a larger `effect`";
  return {
    errors: [],
    warnings: [`${outlook}, and the deadline is ${formatDuration(plan.deadlineMs)}; ${advice}`],
    outlook: [],
  };
}

/** What begins at this moment is no reason to doubt a plan: it may be night. */
const isBrief = ({ source }: Traffic): boolean => source === "present";

const SEEN = {
  expected: "as the plan expects",
  observed: "as the last rollout saw",
  present: "as they begin at present",
} as const;

const at = ({ sessionsPerDay, source }: Traffic): string =>
  `at ${count(sessionsPerDay)} sessions a day, ${SEEN[source]}`;

/** "8,300": rounded up, to three digits where there are more. */
const count = (value: number): string => Number(Math.ceil(value).toPrecision(3)).toLocaleString("en-US");
