import { dearWords } from "../../domain/changes/changes-of-spend.ts";
import type { Sight } from "../../domain/alerts/sighting.ts";
import { findDearHours, whyDear } from "../find-dear-hours.ts";
import type { DearHour, DearSources } from "../find-dear-hours.ts";

/** The hours of a fortnight are read for it: this often is soon enough, ms. */
const EVERY_MS = 5 * 60_000;
/** Of users, and of tenants. */
const MOST_NAMES = 100;

/** Sights users and tenants whose present or last hour is too dear, looking every five minutes. `at` is epoch ms. */
export function createDearCallers(sources: DearSources): (at: number) => Promise<readonly Sight[]> {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let seen: readonly Sight[] = [];
  return async (at) => {
    if (at >= lookedAt && at - lookedAt < EVERY_MS) return seen;
    const sights: Sight[] = [];
    for (const type of ["user", "tenant"] as const) {
      const byName = new Map<string, Sight>();
      for (const dear of await findDearHours(sources, at, [type])) {
        const { name } = dear.subject;
        if (byName.has(name) || byName.size >= MOST_NAMES) continue;
        byName.set(name, { signal: `${type}-too-dear`, subject: { [type]: name }, value: 1, note: noteOf(dear) });
      }
      sights.push(...byName.values());
    }
    lookedAt = at;
    seen = sights;
    return seen;
  };
}

function noteOf(dear: DearHour): string {
  const { spentPico, baseline } = dear.anomaly;
  return dearWords({ spentPico, usualPico: baseline.medianPico, why: whyDear(dear) }).slice(0, 300);
}
