import fc from "fast-check";
import { expect, test } from "vitest";
import { createJournalWriter } from "../../src/adapters/recorders/journal-writer.ts";
import { createMemoryEvidenceJournal } from "../../src/adapters/stores/memory/memory-evidence-journal.ts";
import { OtherReplicas } from "../../src/delivery/other-replicas.ts";
import { replayEvidence } from "../../src/delivery/restore.ts";
import { SessionLedger } from "../../src/delivery/session-ledger.ts";
import { Evidence, hashReading } from "../../src/domain/evidence/running-evidence.ts";
import { DEFAULT_PLAN } from "../../src/domain/rollout/open-rollout.ts";
import type { RolloutPlan } from "../../src/domain/rollout/plan.ts";
import type { JournalBatch } from "../../src/ports/evidence-journal.ts";
import { HandClock } from "../fixtures/hand-clock.ts";

const margins = { harmRatio: 1.25, noWorseRatio: 2, share: 1 / 3, required: true, capPico: null };

/** Two turns a session, and only what the answers were like, and who left, counts. */
const PLAN: RolloutPlan = {
  ...DEFAULT_PLAN,
  metrics: [
    { metric: "refusals", ...margins },
    { metric: "invalid-output", ...margins },
    { metric: "abandoned", ...margins },
  ],
  window: { turns: 2, withinMs: 1_000 },
};
const ROLLOUT = { id: "rol_1", plan: PLAN };

const NOTHING = { n: { stable: 0, candidate: 0 }, value: { stable: null, candidate: null } };

const turn = fc.record({ refused: fc.boolean(), invalid: fc.boolean(), abandoned: fc.boolean() });
const session = fc.record({
  arm: fc.constantFrom("stable", "candidate" as const),
  turns: fc.array(turn, { minLength: 1, maxLength: 2 }),
});

test("what the answers of sessions were like, and who left, is rebuilt from the journal to the last bit", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(session, { minLength: 1, maxLength: 60 }), async (sessions) => {
      const [clock, evidence] = [new HandClock(), new Evidence(PLAN)];
      const journal = createMemoryEvidenceJournal(1_000_000);
      const log = createJournalWriter({ journal, replicaId: "rep_1", clock });
      const others = new OtherReplicas(PLAN, "rep_1");
      const ledger = new SessionLedger({ rolloutId: "rol_1", window: PLAN.window, evidence, clock, log, others });
      for (const [index, { arm, turns }] of sessions.entries()) {
        const unit = { rolloutId: "rol_1", session: `s${index}` };
        ledger.assigned({ ...unit, arm, epoch: 1, weight: 0.5 });
        for (const said of turns) {
          ledger.turnEnded({ ...unit, ...said, failure: null, latencyMs: 1, firstTokenMs: null, costPico: 0n });
        }
      }
      clock.advance(1_000);
      ledger.expire();
      await log.flush();
      const replayed = await replayEvidence({ journal: throughJson(journal.read("rol_1")) }, ROLLOUT);
      expect(hashReading(replayed.evidence.reading())).toBe(hashReading(evidence.reading()));
      for (const [index, kind] of (["refused", "invalid", "abandoned"] as const).entries()) {
        const counted = sessions.filter(({ turns }) => turns.some((one) => one[kind])).length;
        const { n, value } = evidence.reading().metrics[index] ?? NOTHING;
        expect(n.stable * (value.stable ?? 0) + n.candidate * (value.candidate ?? 0)).toBeCloseTo(counted);
      }
    }),
    { numRuns: 60 },
  );
});

test("a journal from before answers were looked at is one without findings, in which nobody left", async () => {
  const outcome = {
    arm: "stable",
    epoch: 1,
    weight: 0.5,
    failure: null,
    latencyMs: 1,
    firstTokenMs: null,
    costPico: 0,
  };
  const assignment = { rolloutId: "rol_1", session: "a", arm: "stable", epoch: 1, weight: 0.5 };
  const entries = [
    { type: "assigned", order: 1, at: 0, assignment },
    { type: "final", order: 1, outcome },
  ];
  const batch = { rolloutId: "rol_1", replicaId: "rep_1", batch: 1, entries } as unknown as JournalBatch;
  const journal = createMemoryEvidenceJournal(1_000_000);
  await journal.append([batch]);
  const { evidence } = await replayEvidence({ journal }, ROLLOUT);
  expect(evidence.reading().metrics.map(({ value }) => value.stable)).toEqual([0, 0, 0]);
});

/** As a store keeps it. */
function throughJson(batches: AsyncIterable<JournalBatch>) {
  return {
    append: () => Promise.reject(new Error("Nothing is written in a replay.")),
    async *read() {
      for await (const batch of batches) yield JSON.parse(JSON.stringify(batch)) as JournalBatch;
    },
  };
}
