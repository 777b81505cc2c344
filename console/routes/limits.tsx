import { Gauge } from "lucide-react";
import type { listLimits } from "../../src/contract/meters.ts";
import { allowanceOf } from "../features/limits/allowance-of.ts";
import { scopeOf } from "../features/limits/scope-of.ts";
import { LearnedLimits } from "../features/limits/learned-limits.tsx";
import type { Answer } from "../lib/api.ts";
import { count, duration, plain, shortCount } from "../lib/format.ts";
import { useApi } from "../lib/use-api.ts";
import { Empty } from "../ui/empty.tsx";
import { Figure } from "../ui/figure.tsx";
import { Link } from "../ui/link.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { StateMark } from "../ui/state-mark.tsx";
import { Table } from "../ui/table.tsx";

type Limits = Answer<typeof listLimits>;

/** Limits in force, who waits for them, and how loaded this server is. */
export function LimitsPage() {
  const limits = useApi<typeof listLimits>("/api/limits", { topics: ["changes"], everyMs: 3_000 });
  return (
    <Page
      title="Limits and queue"
      lead="What calls may take, who waits, and what providers allow us. As this server sees it."
    >
      <Loaded query={limits}>{(data) => <LimitsView limits={data} />}</Loaded>
    </Page>
  );
}

function LimitsView({ limits }: { limits: Limits }) {
  const { queue, overload } = limits;
  return (
    <>
      <Panel flush>
        <div className="grid grid-cols-2 divide-line max-md:[&>*]:border-b max-md:[&>*]:border-line md:grid-cols-4 md:divide-x">
          <Figure
            label="Calls that wait"
            value={count(queue.calls)}
            n={null}
            against={queue.calls === 0 ? allowedWords(queue) : `the first for ${duration(queue.oldest_wait_ms)}`}
            state={queue.calls === 0 ? "none" : "warn"}
          />
          <Figure
            label="Refused by limits and budgets"
            value={count(limits.refused + limits.refused_by_budgets)}
            n={null}
            against={`${count(limits.refused)} by limits, ${count(limits.refused_by_budgets)} by budgets, since the server started`}
          />
          <Figure
            label="Strain"
            value={plain(overload.strain)}
            n={null}
            against={`from 1 on the last class is refused; ${duration(overload.delay_ms)} late`}
            state={overload.strain >= 1 ? "bad" : "none"}
          />
          <Figure
            label="Refused for load"
            value={count(overload.refused)}
            n={null}
            against="since the server started"
          />
        </div>
      </Panel>
      <Panel title="Limits" note={limits.shared ? "shared with other servers" : "counted by this server alone"} flush>
        <LimitTable limits={limits} />
      </Panel>
      {queue.lines.length > 0 && <Queue queue={queue} />}
      {limits.refused_by.length > 0 && <Refusals limits={limits} />}
      <LearnedLimits learned={limits.learned} />
    </>
  );
}

/** Who may wait, where nobody does; and that waiting was not enough. */
function allowedWords({ allowed, turned_away: vain }: Limits["queue"]): string {
  if (allowed === null) return "nobody may: there is no limits.queue";
  const beside = vain === 0 ? "" : `; ${count(vain)} found no place, or waited in vain`;
  return `nobody waits; ${count(allowed.calls)} may, ${duration(allowed.wait_ms)} at the longest${beside}`;
}

const CODES = { limit: "rate_limited", budget: "budget_spent" } as const;

/** What has refused calls on this server, limits and budgets alike. */
function Refusals({ limits: { refused_by: rows } }: { limits: Limits }) {
  return (
    <Panel title="What has refused calls" note="on this server, since it started" flush>
      <Table
        caption="Refused calls"
        rows={rows}
        keyOf={({ type, name }) => `${type} ${name}`}
        columns={[
          { head: "By", cell: ({ type, name }) => `${type} ${name}` },
          { head: "Calls", right: true, cell: ({ calls }) => count(calls) },
          {
            head: "Which",
            wide: true,
            right: true,
            cell: ({ type }) => (
              <Link to="/calls" search={{ error: CODES[type] }}>
                look at them
              </Link>
            ),
          },
        ]}
      />
    </Panel>
  );
}

function LimitTable({ limits: { data, queue } }: { limits: Limits }) {
  if (data.length === 0 && queue.allowed !== null) {
    return (
      <Empty icon={Gauge} title="A line, and no rates">
        limits.queue is set: up to {count(queue.allowed.calls)} calls wait {duration(queue.allowed.wait_ms)} at the
        longest, for room in budgets that let them wait and at providers. Rates are written under limits: too.
      </Empty>
    );
  }
  if (data.length === 0) {
    return (
      <Empty icon={Gauge} title="No limits">
        Write them under limits: in rollward.yaml, for example 600 calls a minute for each key.
      </Empty>
    );
  }
  return (
    <Table
      caption="Limits"
      rows={data}
      keyOf={({ name }) => name}
      columns={[
        { head: "Limit", cell: ({ name }) => <span className="font-medium">{name}</span> },
        { head: "For", cell: scopeOf },
        { head: "Allows", cell: allowanceOf },
        {
          head: "Refused calls",
          wide: true,
          right: true,
          cell: () => (
            <Link to="/calls" search={{ error: "rate_limited" }}>
              look at them
            </Link>
          ),
        },
      ]}
    />
  );
}

function Queue({ queue }: { queue: Limits["queue"] }) {
  return (
    <Panel title="Who waits" note={`${shortCount(queue.calls)} calls`} flush>
      <Table
        caption="Calls that wait"
        rows={queue.lines}
        keyOf={({ limit }) => limit}
        columns={[
          { head: "For", cell: ({ limit }) => limit },
          { head: "Calls", right: true, cell: ({ calls }) => count(calls) },
          { head: "The first for", right: true, cell: (line) => duration(line.oldest_wait_ms) },
          {
            head: "A new one would wait",
            right: true,
            cell: (line) => (
              <StateMark state="held">
                {line.estimated_wait_ms === null ? "unknown" : duration(line.estimated_wait_ms)}
              </StateMark>
            ),
          },
        ]}
      />
    </Panel>
  );
}
