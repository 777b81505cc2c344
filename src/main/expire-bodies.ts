import type { Announcer } from "../ports/announcer.ts";
import type { CallStore } from "../ports/call-store.ts";
import type { Clock } from "../ports/clock.ts";

/** Bytes expire by the day, so looking once an hour is soon enough. */
const EVERY_MS = 60 * 60_000;

/** What expiring needs. */
export interface ExpiryTerms {
  readonly calls: CallStore;
  readonly clock: Clock;
  readonly announcer: Announcer;
}

/** Deletes recorded bytes whose days have passed, now and every hour; the returned function stops that. */
export function expireBodies({ calls, clock, announcer }: ExpiryTerms): () => void {
  let cancel = (): void => {};
  let isStopped = false;
  const look = async (): Promise<void> => {
    try {
      await calls.expire(clock.now());
    } catch (error) {
      announcer.troubled("deleting expired bodies", error);
    }
    if (!isStopped) cancel = clock.after(EVERY_MS, () => void look());
  };
  void look();
  return () => {
    isStopped = true;
    cancel();
  };
}
