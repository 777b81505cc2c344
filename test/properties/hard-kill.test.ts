import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OtherReplicas } from "../../src/delivery/other-replicas.ts";
import { replayEvidence } from "../../src/delivery/restore.ts";
import { SessionLedger } from "../../src/delivery/session-ledger.ts";
import { Evidence, hashReading, mergeEvidence } from "../../src/domain/evidence/running-evidence.ts";
import { DEFAULT_PLAN } from "../../src/domain/rollout/open-rollout.ts";
import type { JournalBatch, JournalEntry } from "../../src/ports/evidence-journal.ts";
import { HandClock } from "../fixtures/hand-clock.ts";

const ROLLOUT = { id: "rol_1", plan: DEFAULT_PLAN };

/** One session as it goes: its arm, after how many others it ends (`null` is never), and how; or that we refused it. */
const session = fc.record({
  arm: fc.constantFrom("stable", "candidate" as const),
  endsAfter: fc.option(fc.integer({ min: 0, max: 30 }), { nil: null, freq: 10 }),
  failure: fc.option(fc.constantFrom("provider", "timeout" as const), { nil: null, freq: 3 }),
  latencyMs: fc.integer({ min: 1, max: 5_000 }),
  isRefused: fc.nat(4).map((dice) => dice === 0),
});

type SessionScript = typeof session extends fc.Arbitrary<infer T> ? T : never;

/** A process that writes each entry into its journal at once. */
function start(name: string, evidence = new Evidence(DEFAULT_PLAN)) {
  const batches: JournalBatch[] = [];
  const clock = new HandClock();
  const append = (_: string, entry: JournalEntry): void =>
    void batches.push({ rolloutId: ROLLOUT.id, replicaId: name, batch: batches.length + 1, entries: [entry] });
  const ledger = new SessionLedger({
    rolloutId: ROLLOUT.id,
    window: DEFAULT_PLAN.window,
    evidence,
    clock,
    log: {
      append,
      counts: () => ({ written: 0, dropped: 0, waiting: 0, trouble: null }),
      written: async () => true,
      flush: async () => {},
    },
    others: new OtherReplicas(DEFAULT_PLAN, name),
  });
  return { name, batches, clock, evidence, ledger };
}

/** Sessions come one by one and end as their scripts say, until the process is killed behind the last of them. */
function serve({ ledger, name }: ReturnType<typeof start>, scripts: readonly SessionScript[]): void {
  const unit = (index: number) => ({ rolloutId: ROLLOUT.id, session: `${name}/${index}` });
  for (const now of scripts.keys()) {
    for (const [index, { arm, endsAfter, failure, latencyMs, isRefused }] of scripts.slice(0, now + 1).entries()) {
      if (index === now) ledger.assigned({ ...unit(index), arm, epoch: 1, weight: 0.5 });
      if (endsAfter === null || index + endsAfter !== now) continue;
      if (isRefused) ledger.leftOut(unit(index).session);
      else ledger.turnEnded({ ...unit(index), failure, latencyMs, firstTokenMs: null, costPico: BigInt(latencyMs) });
    }
  }
}

const journalOf = (batches: readonly JournalBatch[]) => ({
  async *read(): AsyncIterable<JournalBatch> {
    yield* batches;
  },
});

const hashOf = (evidence: Evidence): string => hashReading(evidence.reading());

const answered = (arm: "stable" | "candidate"): SessionScript => ({
  arm,
  endsAfter: 0,
  failure: null,
  latencyMs: 9,
  isRefused: false,
});

describe("a hard kill", () => {
  test("makes no failure of sessions that were answered behind one that was still open", async () => {
    const process = start("rep_1");
    const behind = Array.from({ length: 40 }, (_, index) => answered(index % 2 === 0 ? "stable" : "candidate"));
    serve(process, [answered("stable"), { ...answered("stable"), endsAfter: null }, ...behind]);
    const { evidence, crossing } = await replayEvidence({ journal: journalOf(process.batches) }, ROLLOUT);
    expect(evidence.reading().sessions).toEqual({ stable: 1, candidate: 0 });
    expect(evidence.reading().metrics[0]?.value).toEqual({ stable: 0, candidate: null });
    expect(crossing).toBeNull();
  });

  test("at any moment leaves the evidence as it was, to the bit, for who comes after and for other replicas", async () => {
    const scripts = fc.array(session, { maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(scripts, scripts, async (first, second) => {
        const killed = start("rep_1");
        serve(killed, first);
        const next = start("rep_2", (await replayEvidence({ journal: journalOf(killed.batches) }, ROLLOUT)).evidence);
        expect(hashOf(next.evidence)).toBe(hashOf(killed.evidence));
        serve(next, second);
        const journal = journalOf([...killed.batches, ...next.batches]);
        expect(hashOf((await replayEvidence({ journal }, ROLLOUT)).evidence)).toBe(hashOf(next.evidence));
        const others = new OtherReplicas(DEFAULT_PLAN, "rep_9");
        for (const batch of killed.batches) others.of("rep_1").take(batch, () => {});
        const seen = others.mergedWith(new Evidence(DEFAULT_PLAN));
        expect(hashOf(seen)).toBe(hashOf(mergeEvidence(DEFAULT_PLAN, [killed.evidence])));
      }),
      { numRuns: 60 },
    );
  });
});
