import { dearWords } from "../../domain/changes/changes-of-spend.ts";
import type { Sight } from "../../domain/alerts/sighting.ts";
import { findDearHours, whyDear } from "../find-dear-hours.ts";
import type { DearHour, DearSources } from "../find-dear-hours.ts";
import { seldom } from "./seldom.ts";
import type { Look } from "./seldom.ts";

/** The hours of a fortnight are read for it: this often is soon enough, ms. */
const EVERY_MS = 5 * 60_000;
/** Of users, and of tenants. */
const MOST_NAMES = 100;

/** Sights users and tenants whose present or last hour is too dear, looking every five minutes. `at` is epoch ms. */
export const createDearCallers = (sources: DearSources): Look => seldom(EVERY_MS, (at) => lookAt(sources, at));

async function lookAt(sources: DearSources, at: number): Promise<readonly Sight[]> {
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
  return sights;
}

function noteOf(dear: DearHour): string {
  const { spentPico, baseline } = dear.anomaly;
  return dearWords({ spentPico, usualPico: baseline.medianPico, why: whyDear(dear) }).slice(0, 300);
}
