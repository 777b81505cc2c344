import { lazy, Suspense } from "react";
import { Skeleton } from "./skeleton.tsx";

/** One line. `arm` gives it the arm's colour and stroke; others take turns. */
export interface ChartLine {
  readonly label: string;
  readonly values: readonly (number | null)[];
  readonly arm?: "stable" | "candidate" | "shadow";
}

/** What a chart shows. */
export interface LineChartProps {
  /** What it shows, read out. */
  readonly label: string;
  /** Epoch milliseconds, rising. */
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly format: (value: number | null) => string;
  readonly height?: number;
  /** Something that happened, as a line across. */
  readonly marks?: readonly { readonly at: number; readonly label: string }[];
}

const Plot = lazy(async () => ({ default: (await import("./line-plot.tsx")).LinePlot }));

/** Lines over time, with a legend that shows the values under the pointer. Loaded when it is first needed. */
export function LineChart(props: LineChartProps) {
  return (
    <div style={{ minHeight: (props.height ?? 180) + 28 }}>
      <Suspense fallback={<Skeleton className="h-40 w-full" />}>
        <Plot {...props} />
      </Suspense>
    </div>
  );
}
