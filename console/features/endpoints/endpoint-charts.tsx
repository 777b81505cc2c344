import { count, duration, share, usd } from "../../lib/format.ts";
import { Empty } from "../../ui/empty.tsx";
import { LineChart } from "../../ui/line-chart.tsx";
import type { ChartLine } from "../../ui/line-chart.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { errorShare, stepsOf, useSeries, valuesAt } from "./use-series.ts";
import type { SeriesSum, SeriesView } from "./use-series.ts";

/** How long a chart looks back, and in which steps. */
export const SPANS = {
  hour: { hours: 1, stepSeconds: 60, label: "1 h" },
  day: { hours: 24, stepSeconds: 900, label: "24 h" },
  week: { hours: 168, stepSeconds: 7_200, label: "7 d" },
} as const;

/** A name of `SPANS`. */
export type SpanName = keyof typeof SPANS;

interface Chart {
  readonly title: string;
  readonly value: (sum: SeriesSum) => number | null;
  readonly format: (value: number | null) => string;
}

const CHARTS: readonly Chart[] = [
  { title: "Calls", value: ({ calls }) => calls, format: count },
  { title: "Error rate", value: errorShare, format: share },
  { title: "Latency p95", value: ({ latency }) => latency?.p95.ms ?? null, format: duration },
  { title: "Cost", value: ({ cost_pico: cost }) => Number(cost) / 1e12, format: usd },
];

const ARMS = new Set(["stable", "candidate"]);

/** A line for each arm that had calls. */
function linesOf({ data }: SeriesView, times: readonly number[], value: Chart["value"]): readonly ChartLine[] {
  const arms = [...Map.groupBy(data, (sum) => sum.arm ?? "")].filter(([arm]) => ARMS.has(arm));
  return arms.map(([arm, sums]) => ({
    label: arm,
    values: valuesAt(times, sums, value),
    arm: arm as "stable" | "candidate",
  }));
}

/** What an endpoint's calls came to over time, arm beside arm. */
export function EndpointCharts({ endpoint, name }: { endpoint: string; name: SpanName }) {
  const { hours, stepSeconds } = SPANS[name];
  const series = useSeries({ hours, stepSeconds, by: "arm", endpoint });
  return (
    <Loaded query={series} skeleton={<SkeletonRows rows={3} />}>
      {(view) => {
        const times = stepsOf(view, stepSeconds);
        if (view.data.length === 0) {
          return (
            <Panel>
              <Empty title="No calls in this time">Charts begin with the first call.</Empty>
            </Panel>
          );
        }
        return (
          <div className="grid gap-4 lg:grid-cols-2">
            {CHARTS.map(({ title, value, format }) => (
              <Panel key={title} title={title} flush className="pb-2">
                <LineChart
                  label={`${title} of ${endpoint} by arm`}
                  times={times}
                  lines={linesOf(view, times, value)}
                  format={format}
                  height={150}
                />
              </Panel>
            ))}
          </div>
        );
      }}
    </Loaded>
  );
}
