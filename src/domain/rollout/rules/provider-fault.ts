import type { Observation } from "../observation.ts";
import { isActive } from "../rollout.ts";
import type { Rollout } from "../rollout.ts";

/**
 * Time held for failing providers in all, observed milliseconds, after which their failures count as the candidate's own:
 * its users get errors, whoever makes them. Incidents of providers rarely last longer than an hour.
 */
export const MOST_FAULT_MS = 60 * 60_000;

/** Whether the harm rests on failures of a provider that only the candidate asks. */
export const isProviderHarm = ({ providerFault }: Observation): boolean => providerFault?.isOnlyProviders === true;

/**
 * Whether harm is left to a provider to end, instead of rolling back. It stays proven after the provider has come back:
 * then the rollout goes on, is promoted on proof over all sessions alone, and is held again with the next incident.
 */
export const waitsForProvider = (rollout: Rollout, observation: Observation): boolean =>
  rollout.plan.providerFault === "hold" &&
  isActive(rollout.phase) &&
  isProviderHarm(observation) &&
  (rollout.providerFaultMs ?? 0) < MOST_FAULT_MS;

/**
 * What a decision rests on: the evidence as it stands, or that which proved harm of a provider where that is due. Later
 * sessions may have outweighed it, and the log must show a proof.
 */
export function asProven(rollout: Rollout, observation: Observation): Observation {
  const isDue = rollout.harm === null && isProviderHarm(observation) && !waitsForProvider(rollout, observation);
  return isDue && isActive(rollout.phase) ? { ...observation, ...observation.providerFault?.proof } : observation;
}

/**
 * Whether harm of a provider keeps the weight where it is: proven, and not outweighed yet by the sessions since the provider
 * came back. A person who dismissed the hold goes on.
 */
export const keepsWeight = ({ dismissed }: Rollout, observation: Observation): boolean =>
  isProviderHarm(observation) && observation.reading.union.crossed && !dismissed.includes("provider_fault");

/** The same as far as the log tells, for people; with a hold that says more, no. */
export const keepsWeightForProvider = ({ holds, dismissed, providerFaultMs = 0, reading, phase }: Rollout): boolean =>
  phase === "ramping" &&
  holds.length === 0 &&
  providerFaultMs > 0 &&
  reading?.union.crossed === true &&
  !dismissed.includes("provider_fault");
