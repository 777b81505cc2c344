import type { Release } from "../../domain/release/release.ts";
import { targetsOf } from "../../domain/release/fault-policy.ts";
import type { Gateway } from "../../gateway/gateway.ts";

/** Share of the calls in flight that live traffic may have before replays wait for it. */
const BUSY_SHARE = 0.5;
/** Lateness of the process from which on replays wait, ms. */
const LATE_MS = 50;

/**
 * Whether live traffic has room to spare: nobody waits for a limit or a provider, the process is not late, less than half
 * of the calls that it can have are in flight, and no key or breaker of the candidate's providers is resting.
 */
export function isQuiet(live: Gateway, { content }: Pick<Release, "content">): boolean {
  const { load, waiting, overload, clock, health } = live;
  if (waiting.counts().calls > 0 || overload.isShedding() || overload.counts().delayMs > LATE_MS) return false;
  if (load.inFlight >= live.settings().limits.inFlight * BUSY_SHARE) return false;
  const now = clock.elapsed();
  return placesOf(live, content).every((place) => {
    const known = health.find(place);
    return known === undefined || (known.health.circuit.wouldAdmit(now, false) && known.health.keys.isReady(now));
  });
}

/** The places that would answer for the candidate's first model; those of a pool are its members. */
function placesOf(live: Gateway, content: Release["content"]) {
  const [first] = targetsOf(content);
  if (first === undefined) return [];
  const pool = live.settings().pools.get(first.provider);
  const names = pool === undefined ? [first.provider] : [...pool.members.keys()];
  return names.map((provider) => ({ provider, model: first.model }));
}
