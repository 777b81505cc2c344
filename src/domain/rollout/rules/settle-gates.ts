import { formatDuration } from "../../../kit/duration.ts";
import { GATES, lookAt } from "../gates/index.ts";
import { failedGates, waitingGates } from "../gates/gates-at.ts";
import type { GateHere } from "../gates/gates-at.ts";
import type { GateState } from "../gates/gate-state.ts";
import type { Observation } from "../observation.ts";
import { isActive } from "../rollout.ts";
import type { Rollout, RolloutFact } from "../rollout.ts";
import { withdraw } from "../withdraw.ts";

/**
 * Writes down what became of the gates that wait: results that have come in and times that have run out, also while
 * the rollout is held. Then ends the rollout where a gate failed whose plan says so.
 */
export function settleGates(rollout: Rollout, observation: Observation): readonly RolloutFact[] {
  if (rollout.gates === undefined || rollout.gates.length === 0) return [];
  const decided = waitingGates(rollout).flatMap((waiting) => settled(waiting, rollout, observation));
  return decided.length > 0 ? decided : endOnFailure(rollout, observation);
}

function settled(
  { gate, state }: GateHere & { readonly state: GateState },
  rollout: Rollout,
  observation: Observation,
): readonly RolloutFact[] {
  const { step, attempt, since } = state;
  const here = { type: "GateDecided", gate: gate.name, step, attempt } as const;
  const look = lookAt(gate, { rollout, observation, state });
  const { standing, url } = look;
  if (!GATES[gate.kind].isLive && standing !== "waiting") return [{ ...here, standing, detail: look.detail, url }];
  const { now } = observation.gates ?? { now: since };
  if (gate.timeoutMs === null || now < since + gate.timeoutMs || standing === "passed") return [];
  const detail = `no answer within ${formatDuration(gate.timeoutMs)}: ${look.detail}`;
  return [{ ...here, standing: "expired", detail, url: null }];
}

function endOnFailure(rollout: Rollout, { nextEpoch }: Observation): readonly RolloutFact[] {
  if (failedGates(rollout, "abort").length === 0) return [];
  if (rollout.startedAt === null) return [{ type: "Cancelled" }];
  return isActive(rollout.phase) ? withdraw(rollout, { type: "AbortStarted", cause: "gate", epoch: nextEpoch }) : [];
}
