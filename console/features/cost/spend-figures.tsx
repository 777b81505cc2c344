import type { z } from "zod";
import type { forecastSpend, spendSum } from "../../../src/contract/spend.ts";
import type { Answer } from "../../lib/api.ts";
import { count, NO_DATA, pico } from "../../lib/format.ts";
import { Figure } from "../../ui/figure.tsx";
import { Panel } from "../../ui/panel.tsx";

type Forecast = Answer<typeof forecastSpend>["data"][number];

interface SpendFiguresProps {
  readonly rows: readonly z.output<typeof spendSum>[];
  readonly forecast: readonly Forecast[];
  /** What the rows are about: "the last 24 hours". */
  readonly when: string;
}

/** What was spent, what a cache saved, and what the day and the month are expected to come to. */
export function SpendFigures({ rows, forecast, when }: SpendFiguresProps) {
  const spent = sumOf(rows, ({ cost_pico: cost }) => cost);
  const saved = sumOf(rows, ({ cache_saved_pico: cost }) => cost);
  const calls = rows.reduce((sum, row) => sum + row.calls, 0);
  return (
    <Panel flush>
      <div className="grid grid-cols-2 divide-line max-md:[&>*]:border-b max-md:[&>*]:border-line md:grid-cols-4 md:divide-x">
        <Figure label="Spent" value={pico(spent)} n={calls} against={`in ${when}`} />
        <Figure label="Saved by caches" value={pico(saved)} n={null} against="by providers' prompt caches" />
        {forecast.map((each) => (
          <Expected key={each.window} forecast={each} />
        ))}
      </div>
    </Panel>
  );
}

const sumOf = <T,>(rows: readonly T[], read: (row: T) => string): string =>
  rows.reduce((sum, row) => sum + BigInt(read(row)), 0n).toString();

function Expected({ forecast }: { forecast: Forecast }) {
  const { window, spent_pico: spent, expected_pico: expected, low_pico: low, high_pico: high, days } = forecast;
  return (
    <Figure
      label={`This ${window}, expected`}
      value={expected === null ? NO_DATA : pico(expected)}
      n={null}
      against={
        expected === null
          ? `${pico(spent)} so far; known after a full day`
          : `${pico(spent)} so far; ${pico(low)} to ${pico(high)}, from ${count(days)} days`
      }
    />
  );
}
