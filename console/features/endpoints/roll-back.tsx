import { Undo2 } from "lucide-react";
import { useState } from "react";
import type { showNow } from "../../../src/contract/now.ts";
import { pathOf } from "../../lib/api.ts";
import { applyAgain } from "../../lib/apply-again.ts";
import { useApi } from "../../lib/use-api.ts";
import { useEnvironment } from "../../lib/use-environment.ts";
import { Button } from "../../ui/button.tsx";
import { toast } from "../../ui/toast.tsx";
import { ConfirmAction } from "../now/confirm-action.tsx";
import type { NowAction } from "../now/now-view.ts";

/** One command back to what served before, from wherever the endpoint stands: what it would do is said first. */
export function RollBack({ endpoint }: { endpoint: string }) {
  const [chosen, choose] = useState<NowAction | null>(null);
  const { environment } = useEnvironment();
  const { data } = useApi<typeof showNow>("/api/now", { query: { endpoint }, topics: ["rollouts", "routes"] });
  const told = data?.actions.find(({ action }) => action === "roll-back");
  // While the database is away nobody can say what it would do, and it works all the same.
  const action = told === undefined || told.endpoint === null ? unread(endpoint, environment) : told;
  const open = (): void => {
    if (action.request === null) toast({ state: "info", text: action.why_not ?? "It cannot be done now." });
    else choose(action);
  };
  return (
    <>
      <Button icon={Undo2} onClick={open}>
        Roll back
      </Button>
      {chosen !== null && (
        <ConfirmAction chosen={{ action: chosen, undo: false }} fresh={action} onClose={() => choose(null)} />
      )}
    </>
  );
}

const unread = (endpoint: string, environment: string | null): NowAction => ({
  action: "roll-back",
  label: `Roll back ${endpoint}`,
  endpoint,
  effect:
    "Takes the candidate of the rollout under way back; without one it returns to the release before the last promotion. All sessions follow within a second.",
  undo: `\`${applyAgain(endpoint, environment)}\` with the files that have it begins its rollout again.`,
  request: { method: "POST", path: pathOf("/api/endpoints/{endpoint}/rollback", { endpoint }), body: {} },
  why_not: null,
  done: null,
});
