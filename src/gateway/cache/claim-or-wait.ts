import type { CachePlace, Claim } from "../../ports/answer-cache.ts";
import { pause } from "../attempt/pause.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import type { CacheCourse, Recalled } from "./course.ts";

/** What the leader of one replica agrees about with the others. */
export interface ClaimTerms {
  readonly course: CacheCourse;
  readonly place: CachePlace;
  /** Longest wait, monotonic milliseconds. */
  readonly until: number;
  readonly look: () => Promise<Recalled | null>;
}

/** A replica that dies holds the others up for this long, ms; one that lives renews it three times as often. */
const LEASE_MS = 9_000;

/** Between two looks at what another replica is doing, ms: small beside the seconds of a model's answer. */
const POLL_MS = 40;

/**
 * Agrees with other replicas on who asks: an answer that another one has stored, or `null` when this call should ask.
 * With the claim in hand it looks again, because the one that had it may just have stored its answer.
 */
export async function claimOrWait(gateway: Gateway, open: OpenCall, terms: ClaimTerms): Promise<Recalled | null> {
  const { course, place, until, look } = terms;
  const { cache } = gateway.cache;
  const since = gateway.clock.elapsed() - course.waitedMs;
  for (;;) {
    const claim = await cache.claim(place, LEASE_MS);
    if (claim.state === "hopeless") {
      course.lead?.land({ type: "hopeless" });
      return null;
    }
    if (claim.state === "ours") hold(gateway, course, claim);
    const found = await look();
    if (found !== null || claim.state === "ours") return found;
    course.waitedMs = gateway.clock.elapsed() - since;
    if (open.abandoned || gateway.clock.elapsed() >= until) return null;
    await pause(gateway.clock, open, POLL_MS);
  }
}

function hold(gateway: Gateway, course: CacheCourse, claim: Claim): void {
  course.claim = claim;
  let cancel = (): void => {};
  const renew = (): void => {
    cancel = gateway.clock.after(LEASE_MS / 3, () => {
      claim.renew();
      renew();
    });
  };
  renew();
  course.stopRenewing = () => cancel();
}
