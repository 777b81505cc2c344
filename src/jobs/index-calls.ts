import type { Announcer } from "../ports/announcer.ts";
import type { CallIndex } from "../ports/call-index.ts";
import type { Clock } from "../ports/clock.ts";

/** How long after a step the next one begins: at once where much waits, so that it is soon caught up with, ms. */
const EVERY_MS = 2_000;
const SOON_MS = 100;
/** Packs that are much. */
const MUCH = 64;
const AFTER_TROUBLE_MS = 15_000;
const WHAT = "taking calls into their index";

/** What indexing needs. */
export interface IndexCallsTerms {
  readonly index: Pick<CallIndex, "step">;
  readonly clock: Clock;
  readonly announcer: Pick<Announcer, "troubled" | "recovered">;
  /** One server of many does it. */
  readonly isLeader: () => boolean;
}

/** Takes recorded calls into their index, step by step; answers what stops it. */
export function indexCalls({ index, clock, announcer, isLeader }: IndexCallsTerms): () => void {
  let isStopped = false;
  let isTroubled = false;
  let cancel = (): void => {};
  const again = (afterMs: number): void => {
    if (!isStopped) cancel = clock.after(afterMs, () => void step());
  };
  const step = async (): Promise<void> => {
    if (!isLeader()) return again(EVERY_MS);
    try {
      const waiting = await index.step();
      if (isTroubled) announcer.recovered(WHAT);
      isTroubled = false;
      again(waiting > MUCH ? SOON_MS : EVERY_MS);
    } catch (error) {
      if (!isTroubled) announcer.troubled(WHAT, error);
      isTroubled = true;
      again(AFTER_TROUBLE_MS);
    }
  };
  again(EVERY_MS);
  return () => {
    isStopped = true;
    cancel();
  };
}
