import { isOfProvider } from "../traffic/is-of-provider.ts";
import type { SessionOutcome } from "./evidence.ts";

/** Output tokens per second beyond any stable session's. */
const FASTEST = 1e12;

/**
 * A session as it counts for what the releases did themselves. Where the candidate's provider failed it is a session without
 * the failure, with the best of times, for nothing and with none of what answers are checked for: nothing of it speaks for harm, so harm without failures of the provider is never
 * proven where harm over all sessions is not, and both together have one level. It stays in, and stable's failures stay
 * as they are, because the tests rest on who was assigned: without the sessions that stable's provider failed the
 * candidate would look bad for what both arms do.
 */
export function withoutProviderFaults(outcome: SessionOutcome): SessionOutcome {
  if (outcome.arm === "stable" || !isOfProvider(outcome.failure)) return outcome;
  const { arm, epoch, weight } = outcome;
  const best = { latencyMs: 0, firstTokenMs: 0, tokensPerSecond: FASTEST, costPico: 0 };
  return { arm, epoch, weight, failure: null, ...best };
}
