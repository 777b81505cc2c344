import { Target } from "lucide-react";
import type { z } from "zod";
import type { listSlos, sloView } from "../../../src/contract/slos.ts";
import { count, NO_DATA, plain, share, span } from "../../lib/format.ts";
import { useApi } from "../../lib/use-api.ts";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ShareBar } from "../../ui/share-bar.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";

type Slo = z.output<typeof sloView>;

/** Service levels, what is left of their budgets, and how fast they burn. */
export function Slos() {
  const slos = useApi<typeof listSlos>("/api/slos", { topics: ["alerts"], everyMs: 30_000 });
  return (
    <Loaded query={slos}>
      {({ data }) =>
        data.length === 0 ? (
          <Panel flush>
            <Empty icon={Target} title="No service levels">
              Write them under slos: in rollward.yaml, for example that 99.5 % of the calls of an endpoint are answered.
            </Empty>
          </Panel>
        ) : (
          data.map((slo) => <SloPanel key={slo.slo} slo={slo} />)
        )
      }
    </Loaded>
  );
}

function SloPanel({ slo }: { slo: Slo }) {
  return (
    <Panel title={slo.slo} note={`${slo.endpoint} · ${slo.good_is}`} flush>
      <div className="grid gap-x-6 gap-y-3 px-4 py-3 text-sm sm:grid-cols-3">
        <div>
          <p className="text-xs text-dim">Budget left of {span(slo.period_seconds)}</p>
          {slo.budget_left === null ? (
            <p className="text-faint">{NO_DATA}</p>
          ) : slo.budget_left < 0 ? (
            <p className="font-medium text-bad">none: {overdrawn(slo.indicator, 1 - slo.budget_left)}</p>
          ) : (
            <ShareBar share={slo.budget_left} loud={slo.budget_left <= 0.1} />
          )}
        </div>
        <div>
          <p className="text-xs text-dim">Achieved</p>
          <p>
            {share(slo.achieved)}
            {slo.objective !== null && <span className="text-dim"> of {share(slo.objective)} promised</span>}
          </p>
        </div>
        <div>
          <p className="text-xs text-dim">
            Bad, as of <Time at={slo.as_of} show="seconds" />
          </p>
          <p>
            {count(slo.bad)} of {count(slo.total)}
            {slo.lasts_seconds !== null && (
              <span className="text-dim"> · empty in {span(slo.lasts_seconds)} at this speed</span>
            )}
          </p>
        </div>
      </div>
      <div className="border-t border-line">
        <Burns slo={slo} />
      </div>
    </Panel>
  );
}

/** A budget that is used up so many times. */
const overdrawn = (indicator: Slo["indicator"], times: number): string =>
  indicator === "spend"
    ? `${plain(times)} times as much was spent as planned`
    : `${plain(times)} times as many were bad as may be`;

const WINDOWS = {
  "page-quick": "pages, quick",
  "page-slow": "pages, slow",
  "ticket-quick": "ticket, quick",
  "ticket-slow": "ticket, slow",
} as const;

function Burns({ slo: { burns } }: { slo: Slo }) {
  return (
    <Table
      caption="How fast the budget burns"
      rows={burns}
      keyOf={({ window }) => window}
      columns={[
        { head: "Window", cell: ({ window }) => WINDOWS[window] },
        {
          head: "Long",
          right: true,
          className: "whitespace-nowrap",
          cell: (burn) => `${plain(burn.long_rate)} × in ${span(burn.long_seconds)}`,
        },
        {
          head: "Short",
          right: true,
          wide: true,
          cell: (burn) => `${plain(burn.short_rate)} × in ${span(burn.short_seconds)}`,
        },
        { head: "Told above", right: true, cell: ({ factor }) => `${factor} ×` },
        { head: "State", cell: (burn) => <BurnState burn={burn} /> },
      ]}
    />
  );
}

function BurnState({ burn }: { burn: Slo["burns"][number] }) {
  if (burn.long_rate === null) return <StateMark state="none">{NO_DATA}</StateMark>;
  if (!burn.is_burning) return <StateMark state="ok">fine</StateMark>;
  return <StateMark state={burn.severity === "critical" ? "bad" : "warn"}>burning</StateMark>;
}
