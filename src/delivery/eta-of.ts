import { estimateEta } from "../domain/evidence/eta.ts";
import type { Rollout } from "../domain/rollout/rollout.ts";
import type { Delivery } from "./delivery.ts";

/** How much longer until the candidate is certified at the present weight and traffic; `null` when it cannot be told. */
export function etaOf(
  delivery: Delivery,
  rollout: Rollout,
): { readonly sessions: number; readonly seconds: number } | null {
  const ledger = delivery.observatory.ledger(rollout.id);
  if (ledger === null || rollout.phase !== "ramping" || rollout.stepObservedMs <= 0) return null;
  const sessionsPerSecond = ledger.assignedIn(rollout.epoch) / (rollout.stepObservedMs / 1000);
  const eta = estimateEta(ledger.reading(), rollout.plan, { weight: rollout.weight, sessionsPerSecond });
  return eta === null ? null : { sessions: eta.sessions, seconds: eta.ms / 1000 };
}
