import type { showReport } from "../../../src/contract/reports.ts";
import type { Answer } from "../../lib/api.ts";
import { change, inUnit, shortCount } from "../../lib/format.ts";
import type { Unit } from "../../lib/format.ts";
import { Panel } from "../../ui/panel.tsx";
import { Table } from "../../ui/table.tsx";

type Report = Answer<typeof showReport>["report"];
type Compared = Report["whole"]["calls"];

const ROWS: readonly (readonly [keyof Report["whole"], string, Unit | "count"])[] = [
  ["calls", "Calls", "count"],
  ["availability", "Answered", "share"],
  ["first_token_p95_ms", "First token, p95", "ms"],
  ["latency_p95_ms", "Whole answer, p95", "ms"],
  ["fallback_share", "Answered by a fallback", "share"],
  ["cache_share", "Answered by a cache", "share"],
  ["cost_usd", "Cost", "usd"],
  ["quality", "Quality", "score"],
  ["thumbs_up_share", "Thumbs up", "share"],
  ["problems", "Problems that users told of", "count"],
];

const written = (value: number | null, unit: Unit | "count"): string =>
  unit === "count" ? shortCount(value) : inUnit(value, unit);

function changed({ now, before }: Compared): string {
  // What is not known is not none.
  if (now === null || before === null) return "–";
  if (before === 0) return now === 0 ? "±0 %" : "new";
  return change(now / before - 1);
}

/** What calls came to, beside the period before. */
export function ReportFigures({ report }: { report: Report }) {
  return (
    <Panel title="Everything" note={`beside ${report.before.name}`} flush>
      <Table
        caption="Figures"
        rows={ROWS}
        keyOf={([name]) => name}
        columns={[
          { head: "What", cell: ([, label]) => label },
          { head: report.period.name, right: true, cell: ([name, , unit]) => written(report.whole[name].now, unit) },
          { head: report.before.name, right: true, cell: ([name, , unit]) => written(report.whole[name].before, unit) },
          { head: "Change", right: true, wide: true, cell: ([name]) => changed(report.whole[name]) },
        ]}
      />
    </Panel>
  );
}
