import type { showReport } from "../../src/contract/reports.ts";
import { ReportFigures } from "../features/reports/report-figures.tsx";
import { ReportLists } from "../features/reports/report-lists.tsx";
import { SaveReport } from "../features/reports/save-report.tsx";
import { monthOf } from "../features/reports/month-of.ts";
import { weekOf } from "../features/reports/week-of.ts";
import { useNow } from "../lib/time.ts";
import { useApi } from "../lib/use-api.ts";
import { useSearchState } from "../lib/use-search.ts";
import { Select } from "../ui/field.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Page } from "../ui/page.tsx";
import { StateMark } from "../ui/state-mark.tsx";
import { Choice } from "../ui/tabs.tsx";

const KINDS = [
  ["week", "Week"],
  ["month", "Month"],
] as const;

/** Weeks and months that are offered. */
const OFFERED = 12;

/** A week or a month beside the one before: quality, cost, reliability, releases, budgets. */
export function ReportsPage() {
  const [search, change] = useSearchState();
  const kind = search["kind"] === "month" ? "month" : "week";
  const now = useNow();
  const names = Array.from({ length: OFFERED }, (_, back) =>
    kind === "week" ? weekOf(now, back) : monthOf(now, back),
  );
  // Of weeks the server knows which one is worth a look; of months it is the last one that is over.
  const asked = search["of"] ?? (kind === "week" ? undefined : names[1]);
  const report = useApi<typeof showReport>("/api/reports", { query: { [kind]: asked } });
  const name = asked ?? report.data?.report.period.name ?? names[1] ?? "";
  return (
    <Page
      title="Reports"
      heading={report.data?.report.title ?? "Reports"}
      lead={report.data?.report.summary}
      actions={
        <>
          <Choice
            label="Kind"
            options={KINDS}
            value={kind}
            onChoose={(value) => change({ kind: value === "week" ? null : value, of: null })}
          />
          <Select
            label="Which one"
            bare
            options={names.map((each, index) => [each, index === 0 ? `${each}, so far` : each] as const)}
            value={name}
            onChange={(event) => change({ of: event.target.value })}
          />
          <SaveReport kind={kind} name={name} />
        </>
      }
    >
      <Loaded query={report}>
        {({ report: made }) => (
          <>
            {made.partial && (
              <span className="self-start">
                <StateMark state="info">It is not over yet.</StateMark>
              </span>
            )}
            <ReportFigures report={made} />
            <ReportLists report={made} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
