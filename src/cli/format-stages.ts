import type { z } from "zod";
import type { rolloutView } from "../contract/rollouts.ts";
import { formatDuration } from "../kit/duration.ts";
import { formatTable } from "./format-table.ts";

type RolloutView = z.output<typeof rolloutView>;

/** What of a rollout stands before and behind its steps, and what its strategy adds: lines for a terminal. */
export const formatStages = (rollout: RolloutView): string[] => [
  ...shadowOf(rollout),
  ...testOf(rollout),
  ...previewOf(rollout),
  ...keptOf(rollout),
];

const share = (one: number): string => `${Number((one * 100).toPrecision(3))} %`;

const number = (value: number): string => value.toFixed(2);

function shadowOf({ shadow, state }: RolloutView): string[] {
  if (shadow === null || (state !== "shadowing" && shadow.pairs === 0)) return [];
  const head = ["copies", "pairs", "harm", "no worse"];
  const rows = shadow.metrics.map(({ metric, n, harm, no_worse: noWorse, required }) => [
    required ? metric : `${metric} (not required)`,
    String(n),
    `${number(harm.log_e)} of ${number(harm.threshold)}`,
    `${number(noWorse.log_e)} of ${number(noWorse.threshold)}`,
  ]);
  const copied = `${shadow.pairs} pairs of answers compared, from copies of ${share(shadow.sample)} of stable's sessions`;
  const judged = shadow.judged === null ? [] : [describeJudged(shadow.judged)];
  return ["", ...(rows.length === 0 ? [] : [formatTable([head, ...rows])]), copied, ...judged];
}

/** "the judge preferred the candidate in 40 sessions, stable in 31, neither in 20 (8 went with the order); …". */
export function describeJudged(judged: NonNullable<NonNullable<RolloutView["shadow"]>["judged"]>): string {
  const { candidate, stable, ties, flipped, failed, spent_pico: spent } = judged;
  const nothing = failed === 0 ? "" : `; it made nothing of ${failed}`;
  const cost = spent === "0" ? "" : `; ${Number((Number(spent) / 1e12).toPrecision(3))} USD so far`;
  return `the judge preferred the candidate in ${candidate} sessions, stable in ${stable}, neither in ${ties} (${flipped} went with the order)${nothing}${cost}`;
}

function testOf({ test }: RolloutView): string[] {
  if (test === null) return [];
  const { goal, effect, power, planned_sessions: planned, planned_days: days, sessions, better, worse, winner } = test;
  const lasting = days === null ? "" : `, ${Number(days.toPrecision(2))} days at what was expected`;
  const plan = `A/B test on ${goal}: ${sessions} of ${planned} sessions${lasting}; finds a change of ${share(effect)} with a probability of ${share(power)}`;
  const proof = (name: string, test: typeof better): string =>
    test === null ? "" : `${name} is better: ${number(test.log_e)} of ${number(test.threshold)}`;
  const proofs = [proof("candidate", better), proof("stable", worse)].filter((line) => line !== "").join("; ");
  const won = winner === null ? [] : [winner === "none" ? "no difference of that size was found" : `${winner} won`];
  return ["", plan, ...(proofs === "" ? [] : [proofs]), ...won];
}

const previewOf = ({ preview, weight, endpoint }: RolloutView): string[] =>
  preview === null || weight > 0
    ? []
    : ["", `to see the candidate: call ${endpoint} with the header x-rollward-preview: ${preview}`];

function keptOf({ bake_seconds_left: left, holdback, warm_until: warmUntil }: RolloutView): string[] {
  const against = holdback > 0 ? ` against ${share(holdback)} of new sessions on the release before` : "";
  return [
    ...(left === null ? [] : ["", `watched for another ${formatDuration(left * 1_000)}${against}`]),
    ...(warmUntil === null ? [] : [`the release before is kept warm until ${warmUntil}`]),
  ];
}
