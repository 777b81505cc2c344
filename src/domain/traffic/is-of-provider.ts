import type { FailureCause } from "./assignment.ts";

/**
 * Causes that lie with whoever answers and not with what was asked: no connection, 429, 5xx, no answer in time, an answer
 * cut off. A release can bring them about too, with requests that are too many or too long; that is why they are told
 * apart only where the arms ask different providers, and never left out of the proof that a promotion needs.
 */
const OF_PROVIDER: readonly FailureCause[] = ["provider", "timeout", "cut"];

/** Whether a session failed for what its provider did. */
export const isOfProvider = (failure: FailureCause | null): boolean =>
  failure !== null && OF_PROVIDER.includes(failure);
