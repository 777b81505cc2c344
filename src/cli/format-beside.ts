import type { z } from "zod";
import type { metricView } from "../contract/rollouts.ts";

type MetricView = z.output<typeof metricView>;

/** What stands beside the table of metrics: why sessions failed, and what they really cost; nothing where that is not known. */
export const formatBeside = (metrics: readonly MetricView[]): readonly string[] => [
  ...metrics.flatMap(causesOf),
  ...metrics.flatMap(realOf),
];

function causesOf({ causes }: MetricView): readonly string[] {
  const told = Object.entries(causes ?? {}).map(
    ([cause, { stable, candidate }]) => `${cause.replaceAll("_", " ")} ${stable}/${candidate}`,
  );
  return told.length === 0 ? [] : [`failed sessions by cause, stable/candidate: ${told.join(", ")}`];
}

const realOf = ({ real }: MetricView): readonly string[] =>
  real === null ? [] : [`really spent per session, with what caches saved: ${usd(real.stable)}/${usd(real.candidate)}`];

const usd = (value: number | null): string => (value === null ? "–" : `$${value.toPrecision(3)}`);
