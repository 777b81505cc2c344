import { useState } from "react";
import type { showIncident } from "../../../src/contract/incidents.ts";
import type { Answer } from "../../lib/api.ts";
import { pathOf } from "../../lib/api.ts";
import { useCommand } from "../../lib/use-api.ts";
import { Button } from "../../ui/button.tsx";
import { Input } from "../../ui/field.tsx";
import { Link } from "../../ui/link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Problem } from "../../ui/problem.tsx";
import { StateIcon } from "../../ui/state-mark.tsx";
import { Time } from "../../ui/time.tsx";
import { stateOfSeverity } from "./incident-marks.tsx";

type Incident = Answer<typeof showIncident>;
type Entry = Incident["timeline"][number];

/** What happened, newest first, from the records; and a box for a note. */
export function Timeline({ incident }: { incident: Incident }) {
  return (
    <Panel title="Timeline" note="newest first; from alerts, rollouts, changes and notes" flush>
      <NoteBox incident={incident.id} />
      <ol className="divide-y divide-line border-t border-line text-sm">
        {incident.timeline.toReversed().map((entry, index) => (
          <li key={`${entry.at} ${index}`} className="flex gap-3 px-4 py-2">
            <StateIcon state={stateOfSeverity(entry.severity)} className="mt-1" />
            <div className="min-w-0 flex-1">
              <p className="break-words whitespace-pre-wrap">
                <Line entry={entry} />
              </p>
              <p className="text-xs text-faint">
                <Time at={entry.at} show="seconds" /> · {entry.source}
                {entry.by !== null && ` · ${entry.by}`}
              </p>
            </div>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

const PAGES: Readonly<Record<string, string>> = { rollout: "/rollouts/", call: "/calls/", incident: "/incidents/" };

function Line({ entry: { line, ref } }: { entry: Entry }) {
  const page = ref === null ? undefined : PAGES[ref.type];
  return page === undefined || ref === null ? line : <Link to={`${page}${ref.id}`}>{line}</Link>;
}

function NoteBox({ incident }: { incident: string }) {
  const command = useCommand();
  const [note, setNote] = useState("");
  const send = (): void => {
    if (note.trim() === "") return;
    const path = pathOf("/api/incidents/{incident}/notes", { incident });
    command.mutate({ path, body: { note: note.trim() } }, { onSuccess: () => setNote("") });
  };
  return (
    <form
      className="flex flex-col gap-2 p-4"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <Input
            label="Note, never public"
            maxLength={4_000}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        </div>
        <Button type="submit" disabled={note.trim() === "" || command.isPending}>
          Add
        </Button>
      </div>
      {command.error !== null && <Problem error={command.error} />}
    </form>
  );
}
