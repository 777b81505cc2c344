import { dearWords } from "../../domain/changes/changes-of-spend.ts";
import type { Sight } from "../../domain/alerts/sighting.ts";
import { describeChange } from "../../domain/spend/describe-change.ts";
import type { SpendStore } from "../../ports/spend-store.ts";
import { findDearHours } from "../look-at-spend.ts";

/** The hours of a fortnight are read for it: this often is soon enough, ms. */
const EVERY_MS = 5 * 60_000;
const MOST_USERS = 100;

/** Sights users whose present or last hour is too dear, looking every five minutes. `at` is epoch ms. */
export function createDearUsers(spend: SpendStore): (at: number) => Promise<readonly Sight[]> {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let seen: readonly Sight[] = [];
  return async (at) => {
    if (at >= lookedAt && at - lookedAt < EVERY_MS) return seen;
    const found = await findDearHours(spend, at, ["user"]);
    const byUser = new Map<string, Sight>();
    for (const { subject, anomaly, change } of found) {
      if (byUser.has(subject.name) || byUser.size >= MOST_USERS) continue;
      const { spentPico, baseline } = anomaly;
      const note = dearWords({ spentPico, usualPico: baseline.medianPico, why: describeChange(change) });
      byUser.set(subject.name, {
        signal: "user-too-dear",
        subject: { user: subject.name },
        value: 1,
        note: note.slice(0, 300),
      });
    }
    lookedAt = at;
    seen = [...byUser.values()];
    return seen;
  };
}
