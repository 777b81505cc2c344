import type { showIncident } from "../../../src/contract/incidents.ts";
import type { Answer } from "../../lib/api.ts";
import { count, NO_DATA, pico, share } from "../../lib/format.ts";
import { Figure } from "../../ui/figure.tsx";
import { Link } from "../../ui/link.tsx";
import { Panel } from "../../ui/panel.tsx";

/** Whom it reached, worked out from the records of the time. */
export function IncidentReach({ incident }: { incident: Answer<typeof showIncident> }) {
  const { calls, failed, users, cost_pico: cost, since, until } = incident.reach;
  return (
    <Panel
      title="Whom it reached"
      flush
      actions={
        <Link
          to="/calls"
          search={{ outcome: "failed", endpoint: incident.endpoints.join(","), since, until }}
          className="text-xs"
        >
          failed calls
        </Link>
      }
    >
      <div className="grid grid-cols-2 divide-x divide-line">
        <Figure
          label="Failed calls"
          value={count(failed)}
          n={calls}
          against={calls === null || failed === null || calls === 0 ? undefined : share(failed / calls)}
        />
        <Figure
          label="Users"
          value={users === null ? NO_DATA : `${users.at_least ? "≥ " : ""}${count(users.count)}`}
          n={null}
        />
      </div>
      <div className="border-t border-line">
        <Figure
          label="Cost of the failed calls"
          value={cost === null || users?.at_least !== true ? pico(cost) : `≥ ${pico(cost)}`}
          n={null}
        />
      </div>
    </Panel>
  );
}
