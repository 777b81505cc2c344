import type { ReactNode } from "react";
import type { showReport } from "../../../src/contract/reports.ts";
import type { Answer } from "../../lib/api.ts";
import { count, share, shortCount, span, usd } from "../../lib/format.ts";
import { Empty } from "../../ui/empty.tsx";
import { Link } from "../../ui/link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ShareBar } from "../../ui/share-bar.tsx";
import { Table } from "../../ui/table.tsx";
import type { Column } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";

type Report = Answer<typeof showReport>["report"];

/** Endpoints, models, releases, incidents, errors and budgets of the time. */
export function ReportLists({ report }: { report: Report }) {
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <List title="Endpoints" rows={report.endpoints} keyOf={({ endpoint }) => endpoint} columns={ENDPOINTS} />
      <List
        title="Releases"
        rows={report.rollouts}
        keyOf={({ candidate, ended_at: at }) => candidate + at}
        columns={ROLLOUTS}
      />
      <List title="Models" rows={report.models} keyOf={({ model }) => model} columns={MODELS} />
      <List title="Incidents" rows={report.incidents} keyOf={({ id }) => id} columns={INCIDENTS} />
      <List title="Errors" rows={report.errors} keyOf={({ code }) => code} columns={ERRORS} />
      <List title="Budgets" rows={report.budgets} keyOf={({ budget, subject }) => budget + subject} columns={BUDGETS} />
    </div>
  );
}

interface ListProps<T> {
  readonly title: string;
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string;
  readonly columns: readonly Column<T>[];
}

function List<T>({ title, rows, keyOf, columns }: ListProps<T>): ReactNode {
  return (
    <Panel title={title} note={rows.length === 0 ? undefined : count(rows.length)} flush>
      {rows.length === 0 ? (
        <Empty title="None" />
      ) : (
        <Table caption={title} rows={rows} keyOf={keyOf} columns={columns} />
      )}
    </Panel>
  );
}

const ENDPOINTS: readonly Column<Report["endpoints"][number]>[] = [
  { head: "Endpoint", cell: ({ endpoint }) => <Link to={`/endpoints/${endpoint}`}>{endpoint}</Link> },
  { head: "Calls", right: true, cell: ({ figures }) => shortCount(figures.calls.now) },
  { head: "Answered", right: true, cell: ({ figures }) => share(figures.availability.now) },
  { head: "Cost", right: true, cell: ({ figures }) => usd(figures.cost_usd.now) },
];

const ROLLOUTS: readonly Column<Report["rollouts"][number]>[] = [
  { head: "Candidate", cell: ({ candidate }) => candidate },
  { head: "Outcome", cell: ({ outcome }) => outcome },
  { head: "Ended", right: true, cell: ({ ended_at: at }) => <Time at={at} show="day" /> },
];

const MODELS: readonly Column<Report["models"][number]>[] = [
  { head: "Model", cell: ({ model }) => model },
  { head: "Calls", right: true, cell: ({ calls }) => shortCount(calls.now) },
  { head: "Cost", right: true, cell: ({ cost_usd: cost }) => usd(cost.now) },
];

const INCIDENTS: readonly Column<Report["incidents"][number]>[] = [
  { head: "What", cell: ({ id, title }) => <Link to={`/incidents/${id}`}>{title}</Link> },
  { head: "Impact", cell: ({ impact }) => impact },
  { head: "Lasted", right: true, cell: ({ lasted_seconds: lasted }) => (lasted === null ? "lasts" : span(lasted)) },
];

const ERRORS: readonly Column<Report["errors"][number]>[] = [
  { head: "Error", cell: ({ code, words }) => <span title={code}>{words}</span> },
  { head: "Calls", right: true, cell: ({ calls }) => count(calls) },
];

const BUDGETS: readonly Column<Report["budgets"][number]>[] = [
  { head: "Budget", cell: ({ budget, subject }) => (subject === "" ? budget : `${budget}, ${subject}`) },
  { head: "Used", cell: ({ spent_usd: spent, limit_usd: most }) => <ShareBar share={most === 0 ? 1 : spent / most} /> },
  { head: "Of", right: true, cell: ({ limit_usd: most }) => usd(most) },
];
