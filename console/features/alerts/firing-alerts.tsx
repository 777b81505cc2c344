import { BellOff, Check, ShieldCheck } from "lucide-react";
import { useState } from "react";
import type { z } from "zod";
import type { alertView, listAlerts } from "../../../src/contract/alerts.ts";
import { pathOf } from "../../lib/api.ts";
import { useApi, useCommand } from "../../lib/use-api.ts";
import { useSearchState } from "../../lib/use-search.ts";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { Table } from "../../ui/table.tsx";
import { Choice } from "../../ui/tabs.tsx";
import { Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";
import { usePhone } from "../calls/use-phone.ts";
import { AlertStatus, Severity } from "./alert-marks.tsx";
import { NewSilence } from "./new-silence.tsx";

type Alert = z.output<typeof alertView>;

const SHOWN = [
  ["now", "Now"],
  ["all", "Over, too"],
] as const;

/** What fires or is about to, the worst first. */
export function FiringAlerts() {
  const [search, change] = useSearchState();
  const all = search["show"] === "all";
  const alerts = useApi<typeof listAlerts>("/api/alerts", { query: { all }, topics: ["alerts"], everyMs: 15_000 });
  const told = alerts.data?.notifiers ?? [];
  return (
    <Panel
      title="Alerts"
      note={
        told.length === 0
          ? "no notifier is configured: nobody is told"
          : `told through ${told.map(({ name }) => name).join(", ")}`
      }
      flush
      actions={
        <Choice
          label="Which alerts"
          options={SHOWN}
          value={all ? "all" : "now"}
          onChoose={(value) => change({ show: value === "now" ? null : value })}
        />
      }
    >
      <Loaded query={alerts}>{({ data }) => <AlertTable rows={data} />}</Loaded>
    </Panel>
  );
}

function AlertTable({ rows }: { rows: readonly Alert[] }) {
  const isPhone = usePhone();
  const [silencing, setSilencing] = useState<Alert | null>(null);
  if (rows.length === 0) return <Empty icon={ShieldCheck} title="Nothing fires" />;
  return (
    <>
      {isPhone ? (
        <ul aria-label="Alerts" className="divide-y divide-line">
          {rows.map((alert) => (
            <AlertCard key={keyOf(alert)} alert={alert} onSilence={() => setSilencing(alert)} />
          ))}
        </ul>
      ) : (
        <Table
          caption="Alerts"
          rows={rows}
          keyOf={keyOf}
          columns={[
            { head: "What", cell: (alert) => <What of={alert} /> },
            { head: "Status", cell: ({ status }) => <AlertStatus status={status} /> },
            { head: "Severity", cell: ({ severity }) => <Severity severity={severity} /> },
            { head: "Since", right: true, cell: ({ since }) => <Time at={since} /> },
            { head: "Taken on", cell: (alert) => <TakenOn of={alert} /> },
            {
              head: <span className="sr-only">Silence</span>,
              right: true,
              cell: (alert) => <Silence onPress={() => setSilencing(alert)} />,
            },
          ]}
        />
      )}
      {silencing !== null && <NewSilence alert={silencing} onClose={() => setSilencing(null)} />}
    </>
  );
}

const keyOf = ({ fingerprint, episode }: Alert): string => `${fingerprint} ${episode}`;

const Silence = ({ onPress }: { onPress: () => void }) => (
  <Button small kind="quiet" icon={BellOff} onClick={onPress}>
    Silence
  </Button>
);

/** On a phone the sentence has the whole width, and what is to be pressed stands below it. */
function AlertCard({ alert, onSilence }: { alert: Alert; onSilence: () => void }) {
  return (
    <li className="flex flex-col gap-2 p-4 text-sm">
      <What of={alert} />
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-dim">
        <AlertStatus status={alert.status} />
        <Severity severity={alert.severity} />
        <Time at={alert.since} />
      </div>
      <div className="flex items-center justify-between gap-3">
        <span className="text-xs text-dim">
          <TakenOn of={alert} />
        </span>
        <Silence onPress={onSilence} />
      </div>
    </li>
  );
}

function What({ of: { summary, rule, runbook } }: { of: Alert }) {
  return (
    <div className="min-w-0">
      <p className="font-medium break-words">{summary}</p>
      <p className="text-xs text-faint">
        {rule}
        {runbook !== null && (
          <>
            {" · "}
            <a href={runbook} target="_blank" rel="noreferrer noopener" className="underline underline-offset-2">
              what to do
            </a>
          </>
        )}
      </p>
    </div>
  );
}

function TakenOn({ of: { fingerprint, status, acknowledged, silenced_by: silence } }: { of: Alert }) {
  const command = useCommand();
  if (acknowledged !== null) return `by ${acknowledged.by}`;
  if (silence !== null) return <StateMark state="none">silenced</StateMark>;
  if (status !== "firing") return "not needed";
  const path = pathOf("/api/alerts/{fingerprint}/acknowledge", { fingerprint });
  return (
    <Button
      small
      icon={Check}
      disabled={command.isPending}
      onClick={() =>
        command.mutate({ path, body: {} }, { onError: ({ message }) => toast({ state: "bad", text: message }) })
      }
    >
      I take it
    </Button>
  );
}
