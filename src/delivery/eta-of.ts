import { estimateRollout } from "../domain/rollout/estimate-strategy.ts";
import type { RolloutEstimate } from "../domain/rollout/estimate-strategy.ts";
import type { Rollout } from "../domain/rollout/rollout.ts";
import type { Delivery } from "./delivery.ts";
import type { SessionLedger } from "./session-ledger.ts";

/** Sessions on a step from which its own rate is taken; before that the rate of the whole rollout tells more. */
const ENOUGH_SESSIONS = 20;

/** How much longer, by the rollout's strategy and over all its remaining steps; `null` for one that is past them or not there yet. */
export function etaOf(delivery: Delivery, rollout: Rollout): RolloutEstimate | null {
  const ledger = delivery.observatory.ledger(rollout.id);
  if (ledger === null || (rollout.phase !== "ramping" && rollout.phase !== "shadowing")) return null;
  return estimateRollout(rollout, {
    reading: ledger.reading(),
    ab: ledger.abReading(),
    progress: {
      stepObservedMs: rollout.stepObservedMs + ledger.unloggedMs,
      stepSessions: ledger.assignedIn(rollout.epoch),
      sessionsPerSecond: sessionRate(rollout, ledger),
    },
  });
}

/** New sessions per second of observed time: on this step, or over the whole rollout while the step is young. */
function sessionRate({ epoch, stepObservedMs, observedMs }: Rollout, ledger: SessionLedger): number {
  const onStep = ledger.assignedIn(epoch);
  const isOld = onStep >= ENOUGH_SESSIONS && stepObservedMs > 0;
  const sessions = isOld ? onStep : ledger.assignedInAll;
  const watchedMs = (isOld ? stepObservedMs : observedMs) + ledger.unloggedMs;
  return watchedMs > 0 ? (sessions / watchedMs) * 1_000 : 0;
}
