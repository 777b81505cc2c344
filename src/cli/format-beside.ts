import type { z } from "zod";
import type { metricView } from "../contract/rollouts.ts";

type MetricView = z.output<typeof metricView>;

/**
 * What stands beside the table of metrics: margins of which either is enough, why sessions failed, and what they really
 * cost; nothing where there is nothing of the kind.
 */
export const formatBeside = (metrics: readonly MetricView[]): readonly string[] => [
  ...metrics.flatMap(marginsOf),
  ...metrics.flatMap(countedOf),
  ...metrics.flatMap(causesOf),
  ...metrics.flatMap(realOf),
];

const marginsOf = ({ metric, no_worse: { margin, or_difference: points } }: MetricView): readonly string[] =>
  points === undefined
    ? []
    : [
        `${metric}: no worse below ${margin} times stable's, or below ${Number((100 * points).toPrecision(3))} more of 100 sessions`,
      ];

/** What the number of sessions is beside that of failed calls: `calls list --outcome failed` finds fewer. */
const countedOf = ({ metric, value: { stable, candidate } }: MetricView): readonly string[] =>
  metric === "errors" && (stable ?? 0) + (candidate ?? 0) > 0
    ? [
        "errors: sessions with a failed turn, also where a retry or a fallback repaired it (`rollward calls list --repaired`)",
      ]
    : [];

function causesOf({ causes }: MetricView): readonly string[] {
  const told = Object.entries(causes ?? {}).map(
    ([cause, { stable, candidate }]) => `${cause.replaceAll("_", " ")} ${stable}/${candidate}`,
  );
  return told.length === 0 ? [] : [`failed sessions by cause, stable/candidate: ${told.join(", ")}`];
}

const realOf = ({ real }: MetricView): readonly string[] =>
  real === null ? [] : [`really spent per session, with what caches saved: ${usd(real.stable)}/${usd(real.candidate)}`];

const usd = (value: number | null): string => (value === null ? "–" : `$${value.toPrecision(3)}`);
