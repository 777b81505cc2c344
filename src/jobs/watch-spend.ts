import type { Announcer } from "../ports/announcer.ts";
import type { Clock } from "../ports/clock.ts";
import { findDearHours, whyDear } from "./find-dear-hours.ts";
import type { DearSources } from "./find-dear-hours.ts";

/** How often the hours are looked at, ms. */
const EVERY_MS = 5 * 60_000;
/** Hours that were told and are remembered: far more than two hours' endpoints, users and tenants that are looked at. */
const MOST_TOLD = 10_000;

const LOOKING = "looking for hours that are too dear";

/** What watching spend needs. */
export interface SpendWatchTerms {
  readonly sources: DearSources;
  readonly clock: Clock;
  readonly announcer: Announcer;
  /** One replica tells for all. */
  readonly isLeader: () => boolean;
}

/** Announces every endpoint, user and tenant whose hour is too dear, once per hour; the returned function stops that. */
export function watchSpend({ sources, clock, announcer, isLeader }: SpendWatchTerms): () => void {
  const told = new Set<string>();
  let isStopped = false;
  let isTroubled = false;
  let cancel = (): void => {};

  const tell = async (): Promise<void> => {
    for (const dear of await findDearHours(sources, clock.now())) {
      const { subject, hour, anomaly } = dear;
      const key = `${hour} ${subject.type} ${subject.name}`;
      if (told.has(key)) continue;
      if (told.size >= MOST_TOLD) told.clear();
      told.add(key);
      const { spentPico, baseline } = anomaly;
      announcer.tooDear?.({ subject, hour, spentPico, usualPico: baseline.medianPico, why: whyDear(dear) });
    }
  };
  const look = async (): Promise<void> => {
    try {
      if (isLeader()) await tell();
      if (isTroubled) announcer.recovered(LOOKING);
      isTroubled = false;
    } catch (error) {
      if (!isTroubled) announcer.troubled(LOOKING, error);
      isTroubled = true;
    }
    if (!isStopped) arm();
  };
  const arm = (): void => {
    cancel = clock.after(EVERY_MS, () => void look());
  };
  arm();
  return () => {
    isStopped = true;
    cancel();
  };
}
