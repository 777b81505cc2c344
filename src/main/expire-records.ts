import type { Announcer } from "../ports/announcer.ts";
import type { CallStore } from "../ports/call-store.ts";
import type { Clock } from "../ports/clock.ts";

/** Records expire by the day, so looking once an hour is soon enough. */
const EVERY_MS = 60 * 60_000;

const DOING = "deleting expired records";

/** What expiring needs. */
export interface ExpiryTerms {
  readonly calls: CallStore;
  readonly clock: Clock;
  readonly announcer: Announcer;
  /** Full days for which facts are kept, as the project in force says. */
  readonly retainFactsDays: () => number;
}

/** Deletes recorded bytes and facts whose days have passed, now and every hour; the returned function stops that. */
export function expireRecords({ calls, clock, announcer, retainFactsDays }: ExpiryTerms): () => void {
  let cancel = (): void => {};
  let isStopped = false;
  let isTroubled = false;
  const look = async (): Promise<void> => {
    try {
      await calls.expire(clock.now(), retainFactsDays());
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
