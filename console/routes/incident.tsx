import { useState } from "react";
import type { ReactNode } from "react";
import type { showIncident } from "../../src/contract/incidents.ts";
import { ActionItems } from "../features/incidents/action-items.tsx";
import { Impact, IncidentState } from "../features/incidents/incident-marks.tsx";
import { IncidentReach } from "../features/incidents/incident-reach.tsx";
import { Timeline } from "../features/incidents/timeline.tsx";
import { Postmortem } from "../features/incidents/postmortem.tsx";
import { UpdateIncident } from "../features/incidents/update-incident.tsx";
import type { Answer } from "../lib/api.ts";
import { pathOf } from "../lib/api.ts";
import { useApi, useCommand } from "../lib/use-api.ts";
import { useParam } from "../lib/use-param.ts";
import { Button } from "../ui/button.tsx";
import { Facts } from "../ui/facts.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { Time } from "../ui/time.tsx";
import { toast } from "../ui/toast.tsx";

type Incident = Answer<typeof showIncident>;

/** One incident: how it stands, what happened in which order, whom it reached, and what follows. */
export function IncidentPage() {
  const incident = useParam("incident");
  const query = useApi<typeof showIncident>("/api/incidents/{incident}", {
    params: { incident },
    topics: ["incidents", "alerts", "rollouts", "changes"],
  });
  return <Loaded query={query}>{(data) => <IncidentView incident={data} />}</Loaded>;
}

function IncidentView({ incident }: { incident: Incident }) {
  return (
    <Page
      title={incident.title}
      lead={
        <span className="inline-flex flex-wrap items-center gap-2">
          <IncidentState state={incident.state} />
          <Impact impact={incident.impact} />
          <span>
            began <Time at={incident.started_at} />
          </span>
        </span>
      }
      actions={<Actions incident={incident} />}
    >
      <div className="grid gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          <Timeline incident={incident} />
          <Postmortem incident={incident.id} />
        </div>
        {/* On a phone what is known stands above what happened, however long that is. */}
        <div className="flex min-w-0 flex-col gap-4 max-lg:order-first">
          <IncidentReach incident={incident} />
          <Standing incident={incident} />
          <ActionItems incident={incident} />
        </div>
      </div>
    </Page>
  );
}

function Actions({ incident }: { incident: Incident }) {
  const [isUpdating, setUpdating] = useState(false);
  const command = useCommand();
  const acknowledge = (): void =>
    command.mutate(
      { path: pathOf("/api/incidents/{incident}/acknowledge", { incident: incident.id }), body: {} },
      { onError: ({ message }) => toast({ state: "bad", text: message }) },
    );
  return (
    <>
      {incident.acknowledged === null && incident.state !== "resolved" && (
        <Button onClick={acknowledge} disabled={command.isPending}>
          I take it
        </Button>
      )}
      <Button kind="main" onClick={() => setUpdating(true)}>
        Say how it stands
      </Button>
      {isUpdating && <UpdateIncident incident={incident} onClose={() => setUpdating(false)} />}
    </>
  );
}

function Standing({ incident }: { incident: Incident }) {
  const { roles, acknowledged, updates } = incident;
  return (
    <Panel title="Who and what" note={incident.public ? "on the status page" : "not public"}>
      <Facts
        rows={[
          ["Endpoints", incident.endpoints.join(", ") || "the whole environment"],
          ["Likely cause", <LikelyCause key="cause" incident={incident} />],
          ...(incident.well_since === null ? [] : wellRows(incident, incident.well_since)),
          ["Opened by", incident.opened_by],
          ["Taken on", acknowledged === null ? "by nobody yet" : `by ${acknowledged.by}`],
          ["Lead", roles.lead ?? "nobody"],
          ["Communications", roles.communications ?? "nobody"],
          ["Scribe", roles.scribe ?? "nobody"],
        ]}
      />
      {updates.length > 0 && (
        <ul className="mt-4 flex flex-col gap-3 border-t border-line pt-3 text-sm">
          {updates.map(({ at, state, body, by, public: isPublic }) => (
            <li key={at}>
              <p className="text-xs text-faint">
                <Time at={at} /> · {state} · {by} · {isPublic ? "public" : "for us only"}
              </p>
              <p className="break-words whitespace-pre-wrap">{body}</p>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

const wellRows = (incident: Incident, since: string): readonly (readonly [string, ReactNode])[] => [
  ["Well again", <WellAgain key="well" state={incident.state} since={since} />],
  ["Mended by", <MendedBy key="mended" incident={incident} />],
];

function WellAgain({ state, since }: { state: string; since: string }) {
  const wantsWord = state !== "monitoring" && state !== "resolved";
  return (
    <>
      since <Time at={since} show="seconds" />
      {wantsWord && <span className="block text-xs text-warn">It still is {state}: say how it stands.</span>}
    </>
  );
}

function MendedBy({ incident: { mended_by: mended } }: { incident: Incident }) {
  if (mended === null) return "not known";
  const { line, at, by } = mended;
  return (
    <>
      {line}{" "}
      <span className="text-xs text-faint">
        {by !== null && `by ${by} `}at <Time at={at} show="seconds" />
      </span>
    </>
  );
}

function LikelyCause({ incident: { likely_cause: line, likely_cause_at: at } }: { incident: Incident }) {
  if (line === null || at === null) return "not known";
  return (
    <>
      {line} <span className="text-xs text-faint">at </span>
      <span className="text-xs text-faint">
        <Time at={at} show="seconds" />
      </span>
    </>
  );
}
