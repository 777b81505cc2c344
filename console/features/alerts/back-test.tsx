import { useState } from "react";
import type { backtestAlerts } from "../../../src/contract/alerts.ts";
import type { Answer } from "../../lib/api.ts";
import { span } from "../../lib/format.ts";
import { useCommand } from "../../lib/use-api.ts";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Select } from "../../ui/field.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Problem } from "../../ui/problem.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { Severity } from "./alert-marks.tsx";

type Found = Answer<typeof backtestAlerts>;

const DAYS = [
  ["7", "7 days"],
  ["30", "30 days"],
  ["90", "90 days"],
] as const;

/** When the rules would have fired in the past. */
export function BackTest() {
  const command = useCommand<Found>();
  const [days, setDays] = useState("30");
  const { data, error, isPending } = command;
  return (
    <Panel
      title="Would it have fired?"
      note="the rules as they stand, on the stored numbers of calls"
      flush
      actions={
        <>
          <Select
            label="How far back"
            bare
            options={DAYS}
            value={days}
            onChange={(event) => setDays(event.target.value)}
          />
          <Button
            small
            kind="main"
            disabled={isPending}
            onClick={() => command.mutate({ path: "/api/alerts/backtest", body: { days: Number(days) } })}
          >
            {isPending ? "Looking …" : "Look"}
          </Button>
        </>
      }
    >
      {error !== null && <Problem error={error} />}
      {data === undefined ? <Empty title="Choose how far back, and look" /> : <Fired found={data} />}
    </Panel>
  );
}

function Fired({ found }: { found: Found }) {
  return (
    <>
      <Table
        caption="Rules and when they would have fired"
        rows={found.data}
        keyOf={({ rule }) => rule}
        columns={[
          { head: "Rule", cell: ({ rule }) => <span className="font-medium">{rule}</span> },
          { head: "Severity", wide: true, cell: ({ severity }) => <Severity severity={severity} /> },
          { head: "Fired", right: true, cell: ({ fired }) => (fired === 1 ? "once" : `${fired} times`) },
          { head: "When", cell: ({ episodes }) => <Episodes all={episodes} /> },
        ]}
      />
      <p className="border-t border-line px-4 py-2 text-xs text-faint">
        Looked at every {span(found.step_seconds)}.
        {found.is_cut && " There is more than was looked at: take fewer days."}
        {found.not_known.length > 0 && ` Not known of the past: ${found.not_known.join(", ")}.`}
      </p>
    </>
  );
}

/** As many as a row holds. */
const SHOWN = 5;

function Episodes({ all }: { all: Found["data"][number]["episodes"] }) {
  if (all.length === 0) return <span className="text-faint">never</span>;
  return (
    <ul className="flex flex-col gap-1 text-xs">
      {all.slice(0, SHOWN).map(({ from, endpoint, summary }) => (
        <li key={`${from} ${endpoint}`}>
          <Time at={from} /> · {summary}
        </li>
      ))}
      {all.length > SHOWN && <li className="text-faint">and {all.length - SHOWN} more</li>}
    </ul>
  );
}
