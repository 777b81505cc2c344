import { Wallet } from "lucide-react";
import { useState } from "react";
import type { z } from "zod";
import type { budgetView, listBudgets } from "../../../src/contract/meters.ts";
import { pathOf } from "../../lib/api.ts";
import { NO_DATA, pico } from "../../lib/format.ts";
import { useApi, useCommand } from "../../lib/use-api.ts";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ReasonDialog } from "../../ui/reason-dialog.tsx";
import { ShareBar } from "../../ui/share-bar.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";

type Budget = z.output<typeof budgetView>;

/** Budgets, the most used first. */
export function Budgets() {
  const budgets = useApi<typeof listBudgets>("/api/budgets", { everyMs: 5_000 });
  return (
    <Panel title="Budgets" note="never spent twice, on however many servers" flush>
      <Loaded query={budgets}>{({ data, trouble }) => <BudgetTable rows={data} trouble={trouble} />}</Loaded>
    </Panel>
  );
}

function BudgetTable({ rows, trouble }: { rows: readonly Budget[]; trouble: string | null }) {
  const [giving, setGiving] = useState<string | null>(null);
  if (rows.length === 0) {
    return (
      <Empty icon={Wallet} title="No budgets">
        Write them under budgets: in rollward.yaml, for example $50 a day for each tenant.
      </Empty>
    );
  }
  return (
    <>
      {trouble !== null && (
        <p className="border-b border-line px-4 py-2">
          <StateMark state="warn" plain>
            {trouble}
          </StateMark>
        </p>
      )}
      <Table
        caption="Budgets"
        rows={rows}
        keyOf={({ budget, subject }) => `${budget} ${subject}`}
        columns={[
          { head: "Budget", cell: (row) => <BudgetName row={row} /> },
          { head: "Used", cell: (row) => <ShareBar share={usedOf(row)} loud={usedOf(row) >= 0.9} /> },
          { head: "Spent", right: true, cell: (row) => pico(row.spent_pico) },
          { head: "Of", right: true, cell: (row) => pico(row.limit_pico) },
          { head: "At this pace", right: true, wide: true, cell: (row) => <Expected row={row} /> },
          { head: "Set aside", right: true, wide: true, cell: (row) => <Held row={row} onGive={setGiving} /> },
          {
            head: "Begins anew",
            right: true,
            wide: true,
            cell: ({ ends_at: at }) => (at === null ? "never" : <Time at={at} />),
          },
        ]}
      />
      {giving !== null && <GiveBack budget={giving} onClose={() => setGiving(null)} />}
    </>
  );
}

const usedOf = ({ spent_pico: spent, limit_pico: most }: Budget): number =>
  Number(most) === 0 ? 1 : Number(spent) / Number(most);

/** What the day or month is expected to come to beside its limit. */
function Expected({ row: { expected_pico: expected, limit_pico: most } }: { row: Budget }) {
  if (expected === null) return <span className="text-dim">{NO_DATA}</span>;
  if (BigInt(expected) <= BigInt(most)) return pico(expected);
  return (
    <StateMark state="warn" plain>
      {pico(expected)}, above the limit
    </StateMark>
  );
}

function BudgetName({ row: { budget, subject, per, window } }: { row: Budget }) {
  return (
    <div>
      <p className="font-medium">{budget}</p>
      <p className="text-xs text-faint">
        {subject === "" ? `nobody has used it yet` : subject}
        {window !== null && ` · ${window === "total" ? "in all" : `per ${window}`}`}
        {per === null && " · no longer configured"}
      </p>
    </div>
  );
}

function Held({ row, onGive }: { row: Budget; onGive: (budget: string) => void }) {
  if (row.held_by_dead_pico === "0") return pico(row.held_pico);
  return (
    <span className="inline-flex items-center gap-2">
      {pico(row.held_pico)}
      <Button small onClick={() => onGive(row.budget)}>
        Give back
      </Button>
    </span>
  );
}

function GiveBack({ budget, onClose }: { budget: string; onClose: () => void }) {
  const command = useCommand();
  return (
    <ReasonDialog
      title={`Give back what dead servers hold of ${budget}`}
      verb="Give back"
      effect="What servers that no longer live had set aside can be spent again. What they spent without telling is not counted, so the budget can be overshot by as much as they held. It cannot be taken back."
      onClose={onClose}
      onConfirm={async (reason) => {
        await command.mutateAsync({ path: pathOf("/api/budgets/{budget}/release", { budget }), body: { reason } });
        toast({ state: "ok", text: `What dead servers held of ${budget} was given back.` });
      }}
    />
  );
}
