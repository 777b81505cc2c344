import { describe, expect, test } from "vitest";
import { PLAN } from "../../test/fixtures/rollout-samples.ts";
import { ShadowEvidence } from "../domain/shadow/shadow-evidence.ts";
import type { KeptShadowEntry, ShadowPair, ShadowSide } from "../domain/shadow/shadow-pair.ts";
import { flawOfCopies, replayCopies } from "./replay-copies.ts";

const sideOf = (changes: Partial<ShadowSide>): ShadowSide => ({
  call: "call_1",
  failed: false,
  refused: false,
  invalid: false,
  latencyMs: 100,
  firstTokenMs: null,
  outputTokens: 3,
  costPico: 1_000,
  ...changes,
});

/** Every third copy fails, every fourth pair says nothing, and no latency is that of another pair. */
const pairOf = (number: number): ShadowPair => ({
  at: number,
  stable: sideOf({ latencyMs: 100 + Math.sin(number) }),
  candidate: sideOf({ failed: number % 3 === 0, latencyMs: number % 3 === 0 ? null : 101 + Math.cos(number) }),
  copyPico: "5",
  excused: number % 4 === 0,
  change: null,
});

const JUDGED = {
  ...PLAN,
  metrics: [
    ...PLAN.metrics,
    {
      metric: "judge" as const,
      harmRatio: 1,
      noWorseRatio: 1,
      share: 0.1,
      required: false,
      capPico: null,
      judge: {
        score: "s",
        digest: "d",
        sample: 1,
        pairs: {
          place: { kind: "command" as const, program: "judge", args: [] },
          timeoutMs: 1,
          atOnce: 1,
          questionPico: 2,
          budgetPico: null,
          required: false,
        },
      },
    },
  ],
};

const ENTRIES: readonly KeptShadowEntry[] = Array.from({ length: 120 }, (_, index): KeptShadowEntry => {
  const kept = { position: index + 1, session: `s${Math.floor(index / 2)}` };
  if (index % 2 === 0) return { ...kept, pair: pairOf(index) };
  const verdict = index % 3 === 0 ? "stable" : "tie";
  const word = { at: index, call: "call_1", questions: 2, isFlipped: false, costPico: "4", trouble: null };
  return { ...kept, judgement: { ...word, verdict } };
});

async function* each(entries: readonly KeptShadowEntry[]): AsyncIterable<KeptShadowEntry> {
  yield* entries;
}

const over = (entries: readonly KeptShadowEntry[]) => ({ entries: () => each(entries) });

/** What was read after each of some numbers of entries. */
function readAt(counts: readonly number[]) {
  return counts.map((count) => {
    const evidence = new ShadowEvidence(JUDGED);
    for (const entry of ENTRIES.slice(0, count)) evidence.add(entry);
    return evidence.reading(false);
  });
}

const ROLLOUT = { id: "rol_1", plan: JUDGED };

describe("a stage of copies, computed again", () => {
  test("comes out the same to the last bit at every snapshot, also where a later one was made of fewer pairs", async () => {
    const snapshots = readAt([40, 7, 120, 0, 40]);
    const again = await replayCopies(over(ENTRIES), ROLLOUT, snapshots);
    expect(again).toEqual(snapshots.map((reading) => ({ reading })));
  });

  test("tells proven harm as it was when it was proven, whatever came afterwards", async () => {
    const [late] = readAt([120]);
    if (late === undefined) throw new Error("Nothing was read.");
    expect(late.union.crossed).toBe(true);
    expect(late.excused?.of).toBeLessThan(60);
    expect(await replayCopies(over(ENTRIES), ROLLOUT, [late])).toEqual([{ reading: late }]);
    const crossed = {
      type: "HarmCrossed",
      stage: "shadow",
      metric: "shadow:errors",
      logR: late.union.logR,
      candidateSessions: late.pairs,
      evidenceHash: late.evidenceHash,
    } as const;
    expect(flawOfCopies(crossed, late)).toBeNull();
    expect(flawOfCopies({ ...crossed, logR: 9 }, late)).toContain("Harm was proven at log R 9");
    expect(flawOfCopies({ type: "ShadowPassed", evidenceHash: "x", epoch: 1 }, late)).toContain("not proven no worse");
  });

  test("says what it misses where pairs are gone, and where nobody counted them", async () => {
    const [all] = readAt([9]);
    if (all === undefined) throw new Error("Nothing was read.");
    const gone = /It rests on 9 pairs of copies and words of judges, of which 0 are kept/;
    expect(await replayCopies(over(ENTRIES.slice(3)), ROLLOUT, [all])).toEqual([
      { missing: expect.stringMatching(gone) as string },
    ]);
    expect(await replayCopies(undefined, ROLLOUT, [all])).toEqual([{ missing: expect.stringMatching(gone) as string }]);
    const { excused: _, ...uncounted } = all;
    expect(await replayCopies(over(ENTRIES), ROLLOUT, [uncounted])).toEqual([
      { missing: expect.stringContaining("does not say how many") as string },
    ]);
  });
});
