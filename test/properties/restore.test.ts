import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createJournalWriter } from "../../src/adapters/recorders/journal-writer.ts";
import { createMemoryEvidenceJournal } from "../../src/adapters/stores/memory/memory-evidence-journal.ts";
import { OtherReplicas } from "../../src/delivery/other-replicas.ts";
import { replayEvidence } from "../../src/delivery/restore.ts";
import { SessionLedger } from "../../src/delivery/session-ledger.ts";
import { Evidence, hashReading } from "../../src/domain/evidence/running-evidence.ts";
import { DEFAULT_PLAN } from "../../src/domain/rollout/open-rollout.ts";
import type { FailureCause } from "../../src/domain/traffic/assignment.ts";
import type { EvidenceJournal, JournalEntry } from "../../src/ports/evidence-journal.ts";
import { HandClock } from "../fixtures/hand-clock.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const ROLLOUT = { id: "rol_1", plan: DEFAULT_PLAN };

/** One session as it goes: its arm, when its turn ends, and how. `null` never ends. */
const session = fc.record({
  arm: fc.constantFrom("stable", "candidate" as const),
  endsAfter: fc.option(fc.integer({ min: 0, max: 8 }), { nil: null, freq: 10 }),
  failure: fc.option(fc.constantFrom<FailureCause>("provider", "timeout", "refused"), { nil: null, freq: 3 }),
  latencyMs: fc.integer({ min: 1, max: 5_000 }),
  costPico: fc.bigInt({ min: 0n, max: 10n ** 9n }),
});

type SessionScript = typeof session extends fc.Arbitrary<infer T> ? T : never;

interface Boot {
  readonly clock: HandClock;
  readonly evidence: Evidence;
  readonly journal: EvidenceJournal;
  readonly name: string;
}

/** Plays sessions on one process: assigned one by one, ending in whatever order their scripts say. */
async function play(boot: Boot, scripts: readonly SessionScript[], epochLength: number): Promise<void> {
  const { clock, evidence, journal, name } = boot;
  const log = createJournalWriter({ journal, replicaId: name, clock });
  const others = new OtherReplicas(DEFAULT_PLAN, name);
  const ledger = new SessionLedger({
    rolloutId: ROLLOUT.id,
    window: ROLLOUT.plan.window,
    evidence,
    clock,
    log,
    others,
  });
  const due = new Map<number, (() => void)[]>();
  const run = (at: number): void => due.get(at)?.forEach((end) => end());
  for (const [index, script] of scripts.entries()) {
    const unit = `${name}/${index}`;
    const epoch = 1 + Math.floor(index / epochLength);
    ledger.assigned({ rolloutId: ROLLOUT.id, session: unit, arm: script.arm, epoch, weight: epoch === 1 ? 0.25 : 0.5 });
    const { endsAfter, failure, latencyMs, costPico } = script;
    if (endsAfter !== null) {
      const turn = { rolloutId: ROLLOUT.id, session: unit, failure, latencyMs, firstTokenMs: null, costPico };
      const at = index + endsAfter;
      due.set(at, [...(due.get(at) ?? []), () => ledger.turnEnded(turn)]);
    }
    run(index);
  }
  for (let at = scripts.length; at <= scripts.length + 8; at += 1) run(at);
  clock.advance(ROLLOUT.plan.window.withinMs);
  ledger.expire();
  await log.flush();
}

describe("evidence", () => {
  test("is rebuilt from the journal of all processes to the last bit", async () => {
    const scripts = fc.array(session, { minLength: 1, maxLength: 120 });
    await fc.assert(
      fc.asyncProperty(scripts, scripts, fc.integer({ min: 5, max: 60 }), async (first, second, epochLength) => {
        const journal = createMemoryEvidenceJournal(1_000_000);
        const clock = new HandClock();
        const evidence = new Evidence(ROLLOUT.plan);
        await play({ clock, evidence, journal, name: "rep_1" }, first, epochLength);
        await play({ clock, evidence, journal, name: "rep_2" }, second, epochLength);
        let assigned = 0;
        const replayed = await replayEvidence({ journal }, ROLLOUT, { onAssigned: () => (assigned += 1) });
        expect(replayed.evidence.logUnion()).toBe(evidence.logUnion());
        expect(hashReading(replayed.evidence.reading())).toBe(hashReading(evidence.reading()));
        expect(assigned).toBe(first.length + second.length);
      }),
      { numRuns: 60 },
    );
  });

  test("has a session that a dead process never finished only for logs in which it was a failure", async () => {
    const journal = createMemoryEvidenceJournal(1_000_000);
    const assignment = { rolloutId: "rol_1", session: "a", arm: "candidate", epoch: 1, weight: 0.5 } as const;
    await journal.append([
      {
        rolloutId: "rol_1",
        replicaId: "rep_1",
        batch: 1,
        entries: [{ type: "assigned", order: 1, at: 0, assignment }],
      },
    ]);
    const errorsOf = ({ evidence }: { readonly evidence: Evidence }) =>
      evidence.reading().metrics.find(({ metric }) => metric === "errors");
    expect(errorsOf(await replayEvidence({ journal }, ROLLOUT))).toMatchObject({ n: { candidate: 0 } });
    const old = await replayEvidence({ journal }, ROLLOUT, { countsOpen: true });
    expect(errorsOf(old)).toMatchObject({ n: { candidate: 1 }, value: { candidate: 1 } });
  });
});

describe("a replay", () => {
  test("keeps one page of the journal at a time, however many sessions a rollout had", async () => {
    const alive: WeakRef<object>[] = [];
    let most = 0;
    async function* read() {
      for (let batch = 1; batch <= 200; batch += 1) {
        const entries = Array.from({ length: 100 }, (_, index) => finishedEntries(batch * 100 + index)).flat();
        for (const entry of entries) if (entry.type === "assigned") alive.push(new WeakRef(entry.assignment));
        yield { rolloutId: "rol_1", replicaId: "rep_1", batch, entries };
        if (batch % 50 === 0) {
          await new Promise((resolve) => setImmediate(resolve));
          collectGarbage();
          most = Math.max(most, alive.filter((ref) => ref.deref() !== undefined).length);
        }
      }
    }
    const journal = { append: () => Promise.resolve(), read };
    let assigned = 0;
    await replayEvidence({ journal }, ROLLOUT, { onAssigned: () => (assigned += 1) });
    expect(assigned).toBe(20_000);
    expect(most).toBeLessThan(1_000);
  });
});

function finishedEntries(order: number): JournalEntry[] {
  const assignment = { rolloutId: "rol_1", session: `s-${order}`, arm: "stable", epoch: 1, weight: 0.5 } as const;
  const { arm, epoch, weight } = assignment;
  const outcome = { arm, epoch, weight, failure: null, latencyMs: 1, firstTokenMs: null, costPico: 1 } as const;
  return [
    { type: "assigned", order, at: 0, assignment },
    { type: "final", order, outcome },
  ];
}

describe("a session's ledger", () => {
  test("feeds evidence in assignment order, however outcomes arrive", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 2, maxLength: 40 }), (arrivals) => {
        const finals: number[] = [];
        const log = {
          append: (_: string, entry: JournalEntry) => {
            if (entry.type === "final") finals.push(entry.order);
          },
          counts: () => ({ written: 0, dropped: 0, waiting: 0, trouble: null }),
          written: () => Promise.resolve(true),
          flush: () => Promise.resolve(),
        };
        const clock = new HandClock();
        const evidence = new Evidence(ROLLOUT.plan);
        const ledger = new SessionLedger({
          rolloutId: "rol_1",
          window: { turns: 1, withinMs: 1_000 },
          evidence,
          clock,
          log,
          others: new OtherReplicas(DEFAULT_PLAN, "rep_1"),
        });
        const order = arrivals.map((at, index) => ({ at, index })).toSorted((a, b) => a.at - b.at);
        for (const index of arrivals.keys()) {
          ledger.assigned({ rolloutId: "rol_1", session: `${index}`, arm: "stable", epoch: 1, weight: 0.5 });
        }
        for (const { index } of order) {
          const turn = {
            rolloutId: "rol_1",
            session: `${index}`,
            failure: null,
            latencyMs: 1,
            firstTokenMs: null,
            costPico: 0n,
          };
          ledger.turnEnded(turn);
          // A second turn of a finished session adds nothing.
          ledger.turnEnded({ ...turn, failure: "provider" });
        }
        expect(finals).toEqual(arrivals.map((_, index) => index + 1));
        expect(evidence.reading().sessions.stable).toBe(arrivals.length);
      }),
    );
  });
});
