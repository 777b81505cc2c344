import { OctagonX } from "lucide-react";
import { useState } from "react";
import type { z } from "zod";
import type { listEndpoints } from "../../../src/contract/endpoints.ts";
import type { listPauses, pauseView } from "../../../src/contract/pauses.ts";
import { pathOf } from "../../lib/api.ts";
import { useApi, useCommand } from "../../lib/use-api.ts";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Problem } from "../../ui/problem.tsx";
import { ReasonDialog } from "../../ui/reason-dialog.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";

type Pause = z.output<typeof pauseView>;
type Subject = Pause["subject"];

/** What is stopped, and the buttons that stop an endpoint or everything. */
export function Stops() {
  const endpoints = useApi<typeof listEndpoints>("/api/endpoints", { topics: ["routes"] });
  const pauses = useApi<typeof listPauses>("/api/pauses", { query: { all: true }, topics: ["changes"] });
  const [stopping, setStopping] = useState<Subject | null>(null);
  return (
    <>
      {endpoints.error !== null && (
        <Problem
          error={endpoints.error}
          isOld={endpoints.data !== undefined}
          onRetry={() => void endpoints.refetch()}
        />
      )}
      <Panel title="Stop" note="new calls are refused everywhere within a second; calls under way end as they would">
        <div className="flex flex-wrap gap-2">
          {(endpoints.data?.data ?? []).map(({ endpoint }) => (
            <Button key={endpoint} icon={OctagonX} onClick={() => setStopping({ type: "endpoint", name: endpoint })}>
              Stop {endpoint}
            </Button>
          ))}
          <Button kind="danger" icon={OctagonX} onClick={() => setStopping({ type: "everything" })}>
            Stop everything
          </Button>
        </div>
      </Panel>
      <Panel title="Stops" note="in force and before" flush>
        <Loaded query={pauses}>{({ data }) => <PauseTable rows={data} />}</Loaded>
      </Panel>
      {stopping !== null && <Stop subject={stopping} onClose={() => setStopping(null)} />}
    </>
  );
}

const wordsOf = (subject: Subject): string => {
  if (subject.type === "everything") return "everything";
  return subject.type === "model" ? `${subject.name} of ${subject.endpoint}` : `${subject.type} ${subject.name}`;
};

function Stop({ subject, onClose }: { subject: Subject; onClose: () => void }) {
  const command = useCommand();
  const words = wordsOf(subject);
  return (
    <ReasonDialog
      title={`Stop ${words}`}
      verb="Stop"
      danger
      effect={`New calls of ${words} are refused with a clear error until somebody lifts the stop. Nothing else changes; lifting it takes effect within a second.`}
      onClose={onClose}
      onConfirm={async (reason) => {
        await command.mutateAsync({ path: "/api/pauses", body: { subject, reason } });
        toast({ state: "ok", text: `Stopped: ${words}.` });
      }}
    />
  );
}

function PauseTable({ rows }: { rows: readonly Pause[] }) {
  const [lifting, setLifting] = useState<Pause | null>(null);
  const command = useCommand();
  if (rows.length === 0) return <Empty icon={OctagonX} title="Nothing is stopped, and nothing ever was" />;
  return (
    <>
      <Table
        caption="Stops"
        rows={rows}
        keyOf={({ id }) => id}
        columns={[
          { head: "What", cell: ({ subject }) => <span className="font-medium">{wordsOf(subject)}</span> },
          { head: "State", cell: (pause) => <PauseState of={pause} /> },
          { head: "Why", cell: ({ reason, by, rule }) => `${reason} (${rule?.name ?? by})` },
          { head: "Since", right: true, wide: true, cell: ({ at }) => <Time at={at} /> },
          {
            head: <span className="sr-only">Lift</span>,
            right: true,
            cell: (pause) =>
              pause.lifted === null && (
                <Button small onClick={() => setLifting(pause)}>
                  Lift
                </Button>
              ),
          },
        ]}
      />
      {lifting !== null && (
        <ReasonDialog
          title={`Lift the stop of ${wordsOf(lifting.subject)}`}
          verb="Lift"
          effect="New calls are served again, everywhere within a second."
          onClose={() => setLifting(null)}
          onConfirm={async (reason) => {
            await command.mutateAsync({
              path: pathOf("/api/pauses/{pause}/lift", { pause: lifting.id }),
              body: { reason },
            });
            toast({ state: "ok", text: `Lifted: ${wordsOf(lifting.subject)}.` });
          }}
        />
      )}
    </>
  );
}

function PauseState({ of: { lifted, rule } }: { of: Pause }) {
  if (rule !== null && rule.outcome !== "paused")
    return <StateMark state="info">a note, nothing was stopped</StateMark>;
  if (lifted === null) return <StateMark state="bad">stopped</StateMark>;
  return (
    <StateMark state="none">
      lifted <Time at={lifted.at} show="relative" />
    </StateMark>
  );
}
