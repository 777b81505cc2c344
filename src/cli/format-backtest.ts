import type { z } from "zod";
import type { backtestMetricView, backtestView } from "../contract/backtests.ts";
import { formatTable } from "./format-table.ts";
import { signedUsd } from "./signed-usd.ts";

type Backtest = z.output<typeof backtestView>;
type Metric = z.output<typeof backtestMetricView>;
type Result = NonNullable<Backtest["result"]>;

/** A verdict as people say it. */
const verdictText = (verdict: string): string => (verdict === "non-inferior" ? "no worse" : verdict);

/** What a backtest is going to do and what that costs. */
export function formatPlan(backtest: Backtest): string {
  const { candidate, baseline, estimate, population, budget_pico: budget } = backtest;
  const isCut = BigInt(budget) < BigInt(estimate.most_pico);
  return [
    `${candidate.name} against ${baseline.name}: ${count(estimate.sessions, "session")} with ${count(estimate.calls, "request")}, of ${population.sessions} recorded from ${backtest.since} to ${backtest.until}`,
    ...(population.cut ? [`Only the newest ${population.calls} calls of that time were looked at.`] : []),
    ...leftOutText(population.left_out),
    "",
    `expected to cost  ${signedUsd(estimate.expected_pico)}  (${tokens(estimate.input_tokens)} tokens in, ${tokens(estimate.output_tokens)} out)`,
    `at most           ${signedUsd(estimate.most_pico)}`,
    ...(isCut ? [`budget            ${signedUsd(budget)}  it ends there: nothing is spent beyond it`] : []),
    "",
    ...estimate.basis.map((line) => `- ${line}`),
  ].join("\n");
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? "" : "s"}`;

const tokens = (number: number): string => Math.round(number).toLocaleString("en-US");

function leftOutText(counts: Readonly<Record<string, number>>): readonly string[] {
  const parts = Object.entries(counts).map(([reason, number]) => `${number} ${reason.replaceAll("_", " ")}`);
  return parts.length === 0 ? [] : [`left out: ${parts.join(", ")}`];
}

/** Where a backtest is, in one line. */
export const progressText = ({ progress, estimate, id }: Backtest): string =>
  `${id}: ${progress.done} of ${estimate.sessions} sessions, ${signedUsd(progress.spent_pico)} spent or set aside`;

/** A backtest with everything that it found. */
export function formatBacktest(backtest: Backtest): string {
  const { ended, result } = backtest;
  const head = `${backtest.id}  ${backtest.candidate.name} against ${backtest.baseline.name} in ${backtest.environment}`;
  if (result === null) {
    const state = ended === null ? "waits until somebody agrees to its cost" : `${ended.how}: ${ended.why}`;
    return [head, state, "", formatPlan(backtest)].join("\n");
  }
  return [
    head,
    ended === null ? progressText(backtest) : `${ended.how} at ${ended.at}`,
    "",
    `${verdictText(result.verdict).toUpperCase()}  ${result.why}`,
    "",
    formatTable([HEADING, ...result.metrics.map(rowOf)]),
    ...notesOn(result.metrics),
    "",
    ...answersText(result),
    ...judgedText(result),
    `${count(result.sessions.compared, "session")} compared (${result.sessions.drawn} drawn), ${count(result.turns.replayed, "turn")}, ${result.turns.diverged} of them ended early at a tool call that nobody had recorded; ${signedUsd(result.spent_pico)} spent`,
    ...leftOutText(result.left_out),
    ...worstText(result),
    "",
    ...result.caveats.map((line) => `- ${line}`),
  ].join("\n");
}

const HEADING = ["metric", "baseline", "candidate", "difference", "interval", "verdict", "n"];

const rowOf = (metric: Metric): string[] => [
  metric.metric,
  valueText(metric.unit, metric.baseline),
  valueText(metric.unit, metric.candidate),
  effectText(metric.effect.kind, metric.effect.value),
  `${effectText(metric.effect.kind, metric.effect.low)} … ${effectText(metric.effect.kind, metric.effect.high)}`,
  `${verdictText(metric.verdict)}${metric.counts ? "" : " *"}`,
  String(metric.n),
];

function valueText(unit: Metric["unit"], value: number | null): string {
  if (value === null) return "–";
  if (unit === "share") return `${(100 * value).toFixed(1)} %`;
  if (unit === "usd") return `$${value.toFixed(6)}`;
  return unit === "ms" ? `${value.toFixed(0)} ms` : value.toFixed(0);
}

function effectText(kind: "difference" | "ratio", value: number | null): string {
  if (value === null) return "?";
  if (kind === "ratio") return `× ${value.toFixed(2)}`;
  return `${value < 0 ? "" : "+"}${(100 * value).toFixed(1)} pts`;
}

/** What the table cannot say: why a metric does not count, and what a test of the whole sample says. */
function notesOn(metrics: readonly Metric[]): readonly string[] {
  const aside = new Map<string, string[]>();
  for (const { metric, counts, why } of metrics) {
    if (!counts && why !== null) aside.set(why, [...(aside.get(why) ?? []), metric]);
  }
  return [
    ...[...aside].map(([why, names]) => `* does not count: ${names.join(", ")} (${why})`),
    ...metrics.flatMap(({ metric, differing }) =>
      differing === null || differing.worse + differing.better === 0
        ? []
        : [
            `  ${metric}: ${metric === "judge" ? "liked less, " : ""}only the candidate in ${differing.worse}, only the baseline in ${differing.better} (exact McNemar test, if looked at once: p = ${Number(differing.p.toPrecision(2))})`,
          ],
    ),
  ];
}

function answersText({ answers }: Result): readonly string[] {
  const { similarity, structure, tools } = answers;
  const alike = similarity === null ? "" : `, similarity of texts ${similarity.mean.toFixed(2)} on average`;
  const json = structure.not_json === 0 ? "" : `, ${structure.not_json} of them no JSON any more`;
  const fields = structure.fields.map(({ change, turns }) => `  ${change} (${count(turns, "turn")})`);
  return [
    `answers: ${answers.exact} of ${answers.turns} exactly alike${alike}`,
    ...(structure.turns === 0
      ? []
      : [`JSON: ${structure.changed} of ${structure.turns} with other fields or types${json}`, ...fields]),
    ...(tools.turns === 0
      ? []
      : [
          `tools: in ${count(tools.turns, "turn")} other tools ${tools.tools}, other arguments ${tools.arguments}, another order ${tools.order}`,
        ]),
  ];
}

function judgedText({ judged }: Result): readonly string[] {
  if (judged === null) return [];
  const { candidate, baseline, ties, flipped, failed, trouble } = judged;
  const nothing = failed === 0 ? "" : `; it made nothing of ${failed}${trouble === null ? "" : ` (${trouble})`}`;
  return [
    `judge: the candidate preferred in ${candidate}, the baseline in ${baseline}, neither in ${ties} (${flipped} went with the order)${nothing}`,
  ];
}

function worstText({ worst }: Result): readonly string[] {
  if (worst.length === 0) return [];
  const rows = worst.map((pair) => [
    pair.baseline_call,
    pair.candidate_call,
    `${pair.because}${pair.part === "sought" ? " (sought)" : ""}`,
  ]);
  return [
    "",
    "to read side by side, with `rollward calls show`:",
    formatTable([["baseline", "candidate", "because"], ...rows]),
  ];
}

/** Backtests in a list. */
export const formatBacktests = (list: readonly (Backtest & { readonly verdict: string | null })[]): string =>
  formatTable([
    ["backtest", "at", "candidate", "against", "state", "sessions", "spent or set aside", "verdict"],
    ...list.map((one) => [
      one.id,
      one.created_at,
      one.candidate.name,
      one.baseline.name,
      one.ended?.how ?? one.state,
      `${one.progress.done} of ${one.estimate.sessions}`,
      signedUsd(one.progress.spent_pico),
      one.verdict === null ? "–" : verdictText(one.verdict),
    ]),
  ]);
