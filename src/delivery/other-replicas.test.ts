import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SessionOutcome } from "../domain/evidence/evidence.ts";
import { Evidence, hashReading } from "../domain/evidence/running-evidence.ts";
import { DEFAULT_PLAN } from "../domain/rollout/open-rollout.ts";
import type { JournalBatch, JournalEntry } from "../ports/evidence-journal.ts";
import { OtherReplicas } from "./other-replicas.ts";

const ROLLOUT = "rol_1";

const session = fc.record({
  arm: fc.constantFrom("stable", "candidate" as const),
  fails: fc.boolean(),
  latencyMs: fc.integer({ min: 1, max: 10_000 }),
});

type Session = typeof session extends fc.Arbitrary<infer T> ? T : never;

const outcomeOf = ({ arm, fails, latencyMs }: Session): SessionOutcome => ({
  arm,
  epoch: 1,
  weight: 0.5,
  failure: fails ? "provider" : null,
  latencyMs: fails ? null : latencyMs,
  firstTokenMs: null,
  costPico: latencyMs * 10,
});

const entriesOf = (one: Session, order: number): readonly JournalEntry[] => [
  {
    type: "assigned",
    order,
    at: order,
    assignment: { rolloutId: ROLLOUT, session: `s-${order}`, arm: one.arm, epoch: 1, weight: 0.5 },
  },
  { type: "final", order, outcome: outcomeOf(one) },
];

/** A replica's journal in batches of three sessions. */
function batchesOf(replicaId: string, sessions: readonly Session[]): readonly JournalBatch[] {
  const batches: JournalBatch[] = [];
  for (let start = 0; start < sessions.length; start += 3) {
    const entries = sessions.slice(start, start + 3).flatMap((one, index) => entriesOf(one, start + index + 1));
    batches.push({ rolloutId: ROLLOUT, replicaId, batch: batches.length + 1, entries });
  }
  return batches;
}

const evidenceOf = (sessions: readonly Session[]): Evidence => {
  const evidence = new Evidence(DEFAULT_PLAN);
  for (const one of sessions) {
    evidence.assigned(one.arm, 1, 0.5);
    evidence.add(outcomeOf(one));
  }
  return evidence;
};

const ignore = (): void => {};

describe("evidence of several replicas", () => {
  test("adds up to the same bits whoever adds it up, in whatever turns and however often the batches come", () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.array(session), fc.array(session), fc.array(session)),
        fc.infiniteStream(fc.nat(2)),
        ([a, b, c], turns) => {
          const journals = [batchesOf("rep_a", a), batchesOf("rep_b", b), batchesOf("rep_c", c)];
          const seenFrom = (own: number): string => {
            const ids = ["rep_a", "rep_b", "rep_c"];
            const others = new OtherReplicas(DEFAULT_PLAN, ids[own] ?? "");
            const waiting = journals.map((batches, index) => (index === own ? [] : [...batches]));
            while (waiting.some((batches) => batches.length > 0)) {
              const batch = waiting[turns.next().value]?.shift();
              if (batch === undefined) continue;
              others.of(batch.replicaId).take(batch, ignore);
              others.of(batch.replicaId).take(batch, ignore);
            }
            return hashReading(others.mergedWith(evidenceOf([a, b, c][own] ?? [])).reading());
          };
          expect(new Set([seenFrom(0), seenFrom(1), seenFrom(2)]).size).toBe(1);
        },
      ),
    );
  });

  test("counts sessions that an old log gave up as lost once, whatever their replica still says of them", () => {
    const others = new OtherReplicas(DEFAULT_PLAN, "rep_1");
    const [assigned, final] = entriesOf({ arm: "candidate", fails: false, latencyMs: 5 }, 1);
    if (assigned === undefined || final === undefined) throw new Error("There are two entries.");
    const batch = { rolloutId: ROLLOUT, replicaId: "rep_2", batch: 1, entries: [assigned] };
    others.of("rep_2").take(batch, ignore);
    const count = (): number => others.mergedWith(new Evidence(DEFAULT_PLAN)).reading().sessions.candidate;
    others.of("rep_2").giveUp(0);
    expect(count()).toBe(0);
    others.of("rep_2").giveUp(1);
    expect(count()).toBe(1);
    others.of("rep_2").take({ ...batch, batch: 2, entries: [final] }, ignore);
    others.of("rep_2").giveUp(10);
    expect(count()).toBe(1);
  });

  test("tells of every session that comes, once", () => {
    const others = new OtherReplicas(DEFAULT_PLAN, "rep_1");
    const heard: string[] = [];
    for (const batch of batchesOf("rep_2", [{ arm: "stable", fails: true, latencyMs: 1 }])) {
      for (const times of [1, 2]) others.of("rep_2").take(batch, ({ session: id }) => heard.push(`${id}/${times}`));
    }
    expect(heard).toEqual(["s-1/1"]);
    expect(others.seen()).toEqual(new Map([["rep_2", 1]]));
  });
});
