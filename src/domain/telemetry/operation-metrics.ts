import type { OpenHistogram } from "../series/histogram.ts";
import { coarse, DURATION_BOUNDS, FIRST_TOKEN_BOUNDS, OUTPUT_TOKEN_BOUNDS, TOKEN_BOUNDS } from "./bounds.ts";
import { histograms } from "./metric-point.ts";
import type { HistogramPoint, MetricFamily, PointLabels } from "./metric-point.ts";
import type { OperationCount, TokenHistogram } from "./operation-book.ts";

const MICRO = 1e6;

/** Operations as the metrics of the GenAI conventions. `vendorOf` says the conventions' name of a provider of the project. */
export function operationMetrics(
  counts: readonly OperationCount[],
  vendorOf: (provider: string) => string,
): readonly MetricFamily[] {
  const client = counts
    .filter(({ side }) => side === "client")
    .map((count) => ({ ...count, provider: vendorOf(count.provider) }));
  const server = counts.filter(({ side }) => side === "server");
  return [
    histograms(
      "operationDuration",
      client.map((count) => durations(count, count.duration, DURATION_BOUNDS)),
    ),
    histograms(
      "timeToFirstChunk",
      counted(client, ({ first }) => first).map((count) => durations(count, count.first, DURATION_BOUNDS)),
    ),
    histograms("tokenUsage", counted(client, ({ input }) => input).flatMap(usageOf)),
    histograms(
      "inputTokenUsage",
      counted(client, ({ input }) => input).map((count) => tokens(count, count.input)),
    ),
    histograms(
      "outputTokenUsage",
      counted(client, ({ output }) => output).map((count) => tokens(count, count.output)),
    ),
    histograms(
      "requestDuration",
      server.map((count) => durations(count, count.duration, DURATION_BOUNDS)),
    ),
    histograms(
      "timeToFirstToken",
      counted(server, ({ first }) => first).map((count) => durations(count, count.first, FIRST_TOKEN_BOUNDS)),
    ),
    histograms(
      "timePerOutputToken",
      counted(server, ({ perToken }) => perToken).map((count) => durations(count, count.perToken, OUTPUT_TOKEN_BOUNDS)),
    ),
  ];
}

const counted = (
  counts: readonly OperationCount[],
  histogramOf: (count: OperationCount) => { readonly counts: readonly number[] },
): readonly OperationCount[] => counts.filter((count) => histogramOf(count).counts.some((one) => one > 0));

const labelsOf = ({ operation, provider, model, errorType }: OperationCount): PointLabels => ({
  operationName: operation,
  providerName: provider,
  requestModel: model,
  errorType,
});

const durations = (count: OperationCount, histogram: OpenHistogram, bounds: readonly number[]): HistogramPoint => ({
  labels: labelsOf(count),
  bounds,
  counts: coarse(histogram, bounds),
  sum: histogram.sumMicros / MICRO,
});

const tokens = (count: OperationCount, { counts, sum }: TokenHistogram, tokenType?: string): HistogramPoint => ({
  labels: { ...labelsOf(count), ...(tokenType !== undefined && { tokenType }) },
  bounds: TOKEN_BOUNDS,
  counts,
  sum,
});

const usageOf = (count: OperationCount): readonly HistogramPoint[] => [
  tokens(count, count.input, "input"),
  tokens(count, count.output, "output"),
];
