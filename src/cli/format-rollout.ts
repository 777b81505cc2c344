import type { z } from "zod";
import type { metricView, rolloutView } from "../contract/rollouts.ts";
import { formatDuration } from "../kit/duration.ts";
import { formatBeside } from "./format-beside.ts";
import { formatGates } from "./format-gates.ts";
import { formatStages } from "./format-stages.ts";
import { formatTable } from "./format-table.ts";

type RolloutView = z.output<typeof rolloutView>;
type MetricView = z.output<typeof metricView>;

/** A rollout in a few lines for a terminal: where it is, what each metric says, and what comes next. */
export function formatRollout(rollout: RolloutView): string {
  const lines = [
    `${rollout.stable} → ${rollout.candidate}   ${stateOf(rollout)}   weight ${percent(rollout.weight)}   ${rollout.id}`,
    rollout.explanation,
  ];
  lines.push(...evidenceOf(rollout), ...formatStages(rollout), ...formatGates(rollout));
  const { log_r: logR, threshold } = rollout.union;
  if (isCompared(rollout) && logR !== null)
    lines.push("", `harm, all metrics: log R ${number(logR)} of ${number(threshold)}${provenBy(rollout)}`);
  lines.push(...etaOf(rollout));
  return lines.join("\n");
}

const provenBy = ({ union: { proof, proven_by: by } }: RolloutView): string =>
  proof === null ? "" : `, proven by ${proof}${by.length > 1 ? " (by none of them alone)" : ""}`;

const isCompared = ({ metrics }: RolloutView): boolean => metrics.some(({ n }) => n.stable + n.candidate > 0);

const SINCE_PROMOTION =
  "since the promotion, against the sessions that were held back (the ladder's are not among them):";

const STAYS = "proven before: a metric that was proven no worse stays so, however its evidence moves afterwards";

/** What each metric says, and what that table is of. */
function evidenceOf(rollout: RolloutView): string[] {
  const { metrics, evidence_of: of, sessions, union } = rollout;
  if (sessions === null) return ENDED.has(rollout.state) ? ["", "its evidence was not kept"] : [];
  if (metrics.length === 0) return [];
  if (!isCompared(rollout)) return ENDED.has(rollout.state) ? [] : ["", "no session has been compared yet"];
  const isBake = of === "bake";
  return [
    "",
    ...(isBake ? [SINCE_PROMOTION] : []),
    formatTable([HEADING, ...metrics.map((metric) => rowOf(metric, verdictOf(metric, union.proven_by, isBake)))]),
    ...(metrics.some((metric) => isProvenBefore(metric, isBake)) ? [STAYS] : []),
    ...formatBeside(metrics),
  ];
}

const ENDED = new Set(["completed", "rolled_back", "aborted", "superseded", "cancelled"]);

/** The proof of the ladder is not that of its bake. */
const isProvenBefore = ({ verdict, certified }: MetricView, isBake: boolean): boolean =>
  certified && !isBake && verdict === "inconclusive";

/** Rollouts as a table, a line each; `formatRollout` tells of one. */
export function formatRollouts(rollouts: readonly RolloutView[]): string {
  if (rollouts.length === 0) return "There are no rollouts.";
  const head = ["rollout", "endpoint", "from → to", "state", "weight", "started", "outcome"];
  const rows = rollouts.map((one) => [
    one.id,
    one.endpoint,
    `${one.stable} → ${one.candidate}`,
    stateOf(one),
    percent(one.weight),
    one.started_at ?? "–",
    isReturn(one) && one.outcome === "promoted" ? "returned" : (one.outcome ?? "–"),
  ]);
  return formatTable([head, ...rows]);
}

/** A return to an earlier release has one step, the pointer's. */
const isReturn = ({ steps }: RolloutView): boolean => steps.length === 1 && steps[0] === 1;

/** How much longer, step by step, or why nobody can tell; nothing for a rollout that is not ramping. */
function etaOf({ eta, eta_note: note }: RolloutView): string[] {
  if (eta === null) return note === null ? [] : [note];
  const steps = eta.steps.map(
    (step) => `  ${percent(step.weight).padStart(6)}  ${lasting(step)}  (waits for ${step.waits_for})`,
  );
  const head = `about ${lasting(eta)} to ${ENDS[eta.until]}, as things are going now`;
  if (steps.length > 1) return [`${head}:`, ...steps];
  const waitsFor = eta.steps[0]?.waits_for;
  return [waitsFor === undefined ? head : `${head} (waits for ${waitsFor})`];
}

const ENDS = {
  promotion: "the promotion",
  verdict: "the planned end of the test; a winner may be proven before",
  next_step: "the end of the preview",
} as const;

const lasting = ({ seconds, sessions }: { readonly seconds: number; readonly sessions: number }): string =>
  `${formatDuration(seconds * 1_000)} (${Math.ceil(sessions)} sessions)`;

const HEADING = ["metric", "stable", "candidate", "n", "ratio", "harm", "no worse", "verdict"];

/** What a metric says; several that prove harm together say so, each of which alone would be inconclusive. */
function verdictOf(metric: MetricView, provenBy: readonly string[], isBake: boolean): string {
  if (metric.verdict === "harm") return "harm";
  if (provenBy.includes(metric.metric)) return provenBy.length > 1 ? "harm, together" : "harm";
  if (isProvenBefore(metric, isBake)) return "proven before";
  return metric.verdict === "non-inferior" ? "no worse" : metric.verdict;
}

const rowOf = (metric: MetricView, verdict: string): string[] => [
  metric.metric,
  value(metric.value.stable, metric.unit),
  value(metric.value.candidate, metric.unit),
  `${metric.n.stable}/${metric.n.candidate}`,
  metric.effect === null ? "–" : number(metric.effect.ratio),
  `${number(metric.harm.log_e)} of ${number(metric.harm.threshold)}`,
  `${number(metric.no_worse.log_e)} of ${number(metric.no_worse.threshold)}`,
  verdict,
];

/** The state in words, with what holds it up. */
export function stateOf({ state, activity, holds, waits }: RolloutView): string {
  const reasons = [...holds, ...waits];
  const detail = reasons.length > 0 ? ` (${reasons.join(", ")})` : "";
  return `${state === "ramping" && activity !== null ? `${state}, ${activity}` : state}${detail}`.replaceAll("_", " ");
}

/** A share as a percentage with as many digits as it needs. */
export const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

const number = (value: number): string => value.toFixed(2);

function value(one: number | null, unit: MetricView["unit"]): string {
  if (one === null) return "–";
  if (unit === "share") return percent(one);
  if (unit === "tokens/s") return `${one.toPrecision(3)} tok/s`;
  if (unit === "score" || unit === "value") return one.toLocaleString("en-US", { maximumSignificantDigits: 4 });
  return unit === "ms" ? `${Math.round(one)} ms` : `$${one.toPrecision(3)}`;
}
