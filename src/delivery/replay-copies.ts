import type { ShadowReading } from "../domain/evidence/shadow-reading.ts";
import type { Rollout, RolloutFact } from "../domain/rollout/rollout.ts";
import { unprovenIn } from "../domain/evidence/shadow-reading.ts";
import { ShadowEvidence } from "../domain/shadow/shadow-evidence.ts";
import type { ShadowReadings } from "../ports/shadow-readings.ts";

/** What a snapshot of a stage of copies comes to, computed again; or in a sentence why it cannot be. */
export type CopiesReading = { readonly reading: ShadowReading } | { readonly missing: string };

/** Where pairs are read from; absent where none are kept. */
export type KeptCopies = Pick<ShadowReadings, "entries"> | undefined;

/**
 * Computes readings of a stage of copies again, in one pass over its pairs. A reading says itself of how many it was made,
 * and pairs have one order, so that it comes out the same to the last bit on the same engine.
 */
export async function replayCopies(
  copies: KeptCopies,
  { id, plan }: Pick<Rollout, "id" | "plan">,
  snapshots: readonly ShadowReading[],
): Promise<readonly CopiesReading[]> {
  const wanted = snapshots.map(entriesOf);
  const most = Math.max(0, ...wanted.map((count) => count ?? 0));
  const evidence = new ShadowEvidence(plan);
  const found = new Map<number, ShadowReading>();
  let taken = 0;
  const note = (): void => {
    if (wanted.includes(taken)) found.set(taken, evidence.reading(false));
  };
  note();
  if (copies !== undefined && most > 0) {
    for await (const entry of copies.entries(id)) {
      // What was forgotten in the meantime leaves a gap before the first.
      if (entry.position !== taken + 1) break;
      evidence.add(entry);
      taken += 1;
      note();
      if (taken >= most) break;
    }
  }
  return wanted.map((count) => readingOf(count === null ? undefined : found.get(count), { count, taken }));
}

/** Pairs and words of judges that a reading was made of; `null` where nobody counted. */
const entriesOf = ({ excused, judged }: ShadowReading): number | null =>
  excused === undefined ? null : excused.of + (judged?.of ?? 0);

function readingOf(
  reading: ShadowReading | undefined,
  { count, taken }: { readonly count: number | null; readonly taken: number },
): CopiesReading {
  if (reading !== undefined) return { reading };
  if (count === null) return { missing: "The log does not say how many pairs of copies it rests on." };
  return {
    missing: `It rests on ${count} pairs of copies and words of judges, of which ${taken} are kept from the first on.`,
  };
}

/** Why a replayed reading does not carry a fact of its stage; `null` when it does, or the fact rests on something else. */
export function flawOfCopies(fact: RolloutFact, { pairs, union, ...reading }: ShadowReading): string | null {
  if (fact.type === "HarmCrossed" && fact.stage === "shadow") {
    if (!union.crossed) return `Harm was proven; computed again log R is ${union.logR} of ${union.threshold}.`;
    if (Object.is(union.logR, fact.logR) && pairs === fact.candidateSessions) return null;
    return `Harm was proven at log R ${fact.logR} after ${fact.candidateSessions} pairs; computed again at ${union.logR} after ${pairs}.`;
  }
  const open = unprovenIn({ ...reading, pairs, union });
  if (fact.type === "ShadowPassed" && open.length > 0 && fact.evidenceHash !== reading.evidenceHash) {
    return `The stage was passed; computed again ${open.join(", ")} is not proven no worse.`;
  }
  if (fact.type !== "ShadowFailed" || fact.metrics.join() === open.join()) return null;
  return `The stage failed for ${fact.metrics.join(", ")}; computed again for ${open.join(", ")}.`;
}
