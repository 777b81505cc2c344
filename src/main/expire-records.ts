import type { Announcer } from "../ports/announcer.ts";
import type { CallStore } from "../ports/call-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { ResponseStore } from "../ports/response-store.ts";

/** Records expire by the day, so looking once an hour is soon enough. */
const EVERY_MS = 60 * 60_000;

const DOING = "deleting expired records";

/** What expiring needs. */
export interface ExpiryTerms {
  readonly calls: CallStore;
  readonly responses?: ResponseStore;
  readonly clock: Clock;
  readonly announcer: Announcer;
  /** Full days for which facts are kept, as the project in force says. */
  readonly retainFactsDays: () => number;
}

/** Deletes recorded bytes and facts whose days have passed, now and every hour; the returned function stops that. */
export function expireRecords({ calls, responses, clock, announcer, retainFactsDays }: ExpiryTerms): () => void {
  let cancel = (): void => {};
  let isStopped = false;
  let isTroubled = false;
  const look = async (): Promise<void> => {
    try {
      // Each by itself: trouble with one must not keep the others for ever.
      const now = clock.now();
      const expired = await Promise.allSettled([calls.expire(now, retainFactsDays()), responses?.expire(now)]);
      for (const each of expired) if (each.status === "rejected") throw each.reason;
      if (isTroubled) announcer.recovered(DOING);
      isTroubled = false;
    } catch (error) {
      isTroubled = true;
      announcer.troubled(DOING, error);
    }
    if (!isStopped) cancel = clock.after(EVERY_MS, () => void look());
  };
  void look();
  return () => {
    isStopped = true;
    cancel();
  };
}
