import { TOKEN_CLASSES } from "../spend/spend.ts";
import type { TokenClass } from "../spend/spend.ts";
import type { Histogram } from "../series/histogram.ts";
import type { SeriesCell, SeriesMembers, SeriesTally, ValueSum } from "../series/series-cell.ts";
import { CALL_BOUNDS, coarse } from "./bounds.ts";
import { histograms, numbers } from "./metric-point.ts";
import type { HistogramPoint, MetricFamily, NumberPoint, PointLabels } from "./metric-point.ts";

const CLASS_NAMES: Readonly<Record<TokenClass, string>> = {
  input: "input",
  cachedInput: "cached_input",
  cacheWrite: "cache_write",
  output: "output",
  reasoning: "reasoning",
};

const PICO = 1e12;
const MICRO = 1e6;

/** What calls came to since the process began, as metrics. `faded` are failed attempts of totals that are shown no longer. */
export function callMetrics(totals: readonly SeriesCell[], faded: readonly SeriesCell[] = []): readonly MetricFamily[] {
  return [...countsOf(totals), ...attemptsOf(totals, faded), ...durationsOf(totals), ...wordsOf(totals)];
}

const countsOf = (totals: readonly SeriesCell[]): readonly MetricFamily[] => [
  numbers(
    "calls",
    each(totals, ({ tally: { calls, failed, abandoned } }) => [
      [{ outcome: "ok" }, calls - failed - abandoned],
      [{ outcome: "failed" }, failed],
      [{ outcome: "abandoned" }, abandoned],
    ]),
  ),
  numbers(
    "callFaults",
    each(totals, ({ tally }) => [[{}, tally.faults]]),
  ),
  numbers(
    "callErrors",
    each(totals, ({ tally }) => byCode(tally.errors)),
  ),
  numbers(
    "streams",
    each(totals, ({ tally }) => [[{}, tally.streams]]),
  ),
];

const attemptsOf = (totals: readonly SeriesCell[], faded: readonly SeriesCell[]): readonly MetricFamily[] => [
  numbers(
    "attempts",
    each(totals, ({ tally }) => [[{}, tally.attempts]]),
  ),
  numbers(
    "attemptErrors",
    each([...totals, ...faded], ({ tally }) => byCode(tally.attemptErrors)),
  ),
  numbers(
    "tokens",
    each(totals, ({ tally }) => TOKEN_CLASSES.map((name) => [{ class: CLASS_NAMES[name] }, tally.tokens[name]])),
  ),
  numbers(
    "cost",
    each(totals, ({ tally }) => [[{}, Number(tally.costPico) / PICO]]),
  ),
];

const durationsOf = (totals: readonly SeriesCell[]): readonly MetricFamily[] => [
  histograms(
    "callDuration",
    totals.filter(isOfCalls).map((cell) => durationOf(cell, cell.tally.latency)),
  ),
  histograms(
    "callFirstToken",
    totals.filter(({ tally }) => tally.streams > 0).map((cell) => durationOf(cell, cell.tally.firstToken)),
  ),
];

const wordsOf = (totals: readonly SeriesCell[]): readonly MetricFamily[] => [
  numbers(
    "feedback",
    each(totals, ({ tally }) =>
      said([
        [{ kind: "thumbs_up" }, tally.thumbsUp],
        [{ kind: "thumbs_down" }, tally.thumbsDown],
        [{ kind: "problem" }, tally.problems],
        [{ kind: "correction" }, tally.corrections],
      ]),
    ),
  ),
  numbers(
    "scores",
    each(totals, ({ tally }) => scoresOf(tally).map(([by, { count }]) => [{ by }, count])),
  ),
  numbers(
    "scoreSum",
    each(totals, ({ tally }) => scoresOf(tally).map(([by, { sumMicro }]) => [{ by }, sumMicro / MICRO])),
  ),
];

/** Few calls are spoken of: what nobody said has no series. */
const said = (points: readonly (readonly [PointLabels, number])[]): readonly (readonly [PointLabels, number])[] =>
  points.filter(([, value]) => value > 0);

const scoresOf = ({ scores, judged }: SeriesTally): readonly (readonly [string, ValueSum])[] =>
  (
    [
      ["people", scores],
      ["judge", judged],
    ] as const
  ).filter(([, { count }]) => count > 0);

const isOfCalls = ({ tally }: SeriesCell): boolean => tally.calls > 0;

/** Points of every cell: further labels with a value. */
const each = (
  totals: readonly SeriesCell[],
  pointsOf: (cell: SeriesCell) => readonly (readonly [PointLabels, number])[],
): readonly NumberPoint[] =>
  totals.flatMap((cell) => {
    const labels = labelsOf(cell.members);
    return pointsOf(cell).map(([more, value]) => ({ labels: { ...labels, ...more }, value }));
  });

const byCode = (counts: Readonly<Record<string, number>>): readonly (readonly [PointLabels, number])[] =>
  Object.entries(counts).map(([code, count]) => [{ code }, count]);

const durationOf = ({ members }: SeriesCell, histogram: Histogram): HistogramPoint => ({
  labels: labelsOf(members),
  bounds: CALL_BOUNDS,
  counts: coarse(histogram, CALL_BOUNDS),
  sum: histogram.sumMicros / MICRO,
});

function labelsOf({ environment, endpoint, release, arm, tier, model }: SeriesMembers): PointLabels {
  const slash = model.indexOf("/");
  const provider = slash === -1 ? model : model.slice(0, slash);
  return { environment, endpoint, release, arm, tier, provider, model: slash === -1 ? model : model.slice(slash + 1) };
}
