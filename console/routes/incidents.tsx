import { ShieldCheck, Siren } from "lucide-react";
import { useState } from "react";
import type { z } from "zod";
import type { incidentSummary, listIncidents } from "../../src/contract/incidents.ts";
import { Impact, IncidentState } from "../features/incidents/incident-marks.tsx";
import { OpenIncident } from "../features/incidents/open-incident.tsx";
import { useApi } from "../lib/use-api.ts";
import { useSearchState } from "../lib/use-search.ts";
import { Button } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { Link } from "../ui/link.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { Table } from "../ui/table.tsx";
import { Choice } from "../ui/tabs.tsx";
import { Time } from "../ui/time.tsx";

type Incident = z.output<typeof incidentSummary>;

const SHOWN = [
  ["open", "Open"],
  ["all", "All"],
] as const;

/** Incidents, opened by an alert or a person. */
export function IncidentsPage() {
  const [search, change] = useSearchState();
  const shown = search["show"] === "all" ? "all" : "open";
  const incidents = useApi<typeof listIncidents>("/api/incidents", {
    query: { open: shown === "open" },
    topics: ["incidents"],
  });
  const [isOpening, setOpening] = useState(false);
  return (
    <Page
      title="Incidents"
      lead="Their timelines fill themselves from alerts, rollouts and changes; nothing is typed twice."
      actions={
        <>
          <Choice
            label="Which incidents"
            options={SHOWN}
            value={shown}
            onChoose={(value) => change({ show: value === "open" ? null : value })}
          />
          <Button kind="main" icon={Siren} onClick={() => setOpening(true)}>
            Open an incident
          </Button>
        </>
      }
    >
      <Panel flush>
        <Loaded query={incidents}>{({ data }) => <IncidentTable rows={data} isOpenOnly={shown === "open"} />}</Loaded>
      </Panel>
      {isOpening && <OpenIncident onClose={() => setOpening(false)} />}
    </Page>
  );
}

function IncidentTable({ rows, isOpenOnly }: { rows: readonly Incident[]; isOpenOnly: boolean }) {
  if (rows.length === 0) {
    return (
      <Empty icon={ShieldCheck} title={isOpenOnly ? "No open incidents" : "There never was one"}>
        A critical alert opens one by itself.
      </Empty>
    );
  }
  return (
    <Table
      caption="Incidents"
      rows={rows}
      keyOf={({ id }) => id}
      columns={[
        { head: "What", cell: (incident) => <Title of={incident} /> },
        { head: "State", cell: ({ state }) => <IncidentState state={state} /> },
        { head: "Impact", wide: true, cell: ({ impact }) => <Impact impact={impact} /> },
        { head: "Lead", wide: true, cell: ({ lead, acknowledged }) => lead ?? acknowledged?.by ?? "nobody yet" },
        { head: "Began", right: true, cell: ({ started_at: at }) => <Time at={at} /> },
        {
          head: "Resolved",
          right: true,
          wide: true,
          cell: ({ resolved_at: at }) => (at === null ? "not yet" : <Time at={at} />),
        },
      ]}
    />
  );
}

function Title({ of: { id, title, endpoints, merged_into: merged } }: { of: Incident }) {
  return (
    <div>
      <Link to={`/incidents/${id}`} className="font-medium">
        {title}
      </Link>
      <p className="text-xs text-faint">
        {merged === null ? endpoints.join(", ") || "the whole environment" : "merged into another one"}
      </p>
    </div>
  );
}
