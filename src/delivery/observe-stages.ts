import { canGoOnWith } from "../domain/release/compatibility.ts";
import type { Observation } from "../domain/rollout/observation.ts";
import { isWithdrawing } from "../domain/rollout/rollout.ts";
import type { Rollout } from "../domain/rollout/rollout.ts";
import type { Delivery } from "./delivery.ts";
import { seeCopies } from "./see-evidence.ts";
import type { SessionLedger } from "./session-ledger.ts";

/** What a rollout shows beyond the comparison of its sessions: its copies, its test, and whether sessions can be moved. */
export async function observeStages(
  delivery: Pick<Delivery, "releases" | "shadows">,
  rollout: Rollout,
  { ledger, evidenceHash }: { readonly ledger: SessionLedger; readonly evidenceHash: string },
): Promise<Pick<Observation, "shadow" | "ab" | "compatible">> {
  const shadow = seeCopies(delivery, rollout);
  const ab = rollout.plan.ab === undefined ? null : ledger.abReading();
  return {
    ...(shadow !== null && { shadow }),
    ...(ab !== null && { ab: { ...ab, evidenceHash } }),
    ...(movesSessions(rollout) && { compatible: await isCompatible(delivery, rollout) }),
  };
}

const movesSessions = ({ phase, plan }: Rollout): boolean => isWithdrawing(phase) && plan.sessions !== undefined;

/** Whether the candidate's sessions can go on with stable; a release that is gone has none that could stay. */
async function isCompatible({ releases }: Pick<Delivery, "releases">, rollout: Rollout): Promise<boolean> {
  const [candidate, stable] = [await releases.byId(rollout.candidate), await releases.byId(rollout.stable)];
  if (candidate === null || stable === null) return true;
  return canGoOnWith(candidate.content, stable.content);
}
