import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JournalBatch, JournalEntry } from "../../src/ports/evidence-journal.ts";
import { newId, T0 } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

const assigned = (rolloutId: string, order: number, session = `s-${order}`): JournalEntry => ({
  type: "assigned",
  order,
  at: T0,
  assignment: { rolloutId, session, arm: "stable", epoch: 1, weight: 0.05 },
});

const final = (order: number, latencyMs: number): JournalEntry => ({
  type: "final",
  order,
  outcome: { arm: "candidate", epoch: 1, weight: 0.05, failure: null, latencyMs, firstTokenMs: null, costPico: 1 },
});

async function readFrom(get: GetStores, rolloutId: string): Promise<JournalBatch[]> {
  const batches = [];
  for await (const batch of get().journal.read(rolloutId)) batches.push(batch);
  return batches;
}

/** What every evidence journal must do. */
export function evidenceJournalContract(get: GetStores): void {
  readsOn(get);
  keepsWhatCameLater(get);
  const readAll = (rolloutId: string): Promise<JournalBatch[]> => readFrom(get, rolloutId);
  describe("as an evidence journal", () => {
    test("reads replica by replica, batch by batch, however it was appended", async () => {
      const rolloutId = newId("rol");
      const replicas = ["rep_0a", "rep_0b", "rep_a0"];
      const batches = replicas.flatMap((replicaId) =>
        Array.from({ length: 70 }, (_, index) => ({
          rolloutId,
          replicaId,
          batch: index + 1,
          entries: [assigned(rolloutId, index)],
        })),
      );
      for (const each of [batches.slice(100), batches.slice(0, 100)]) await get().journal.append(each.toReversed());
      expect(await readAll(rolloutId)).toEqual(batches);
    });

    test("takes the same batch twice without harm, also at once", async () => {
      const rolloutId = newId("rol");
      const batch = { rolloutId, replicaId: "rep_1", batch: 1, entries: [assigned(rolloutId, 1), final(1, 0.1 + 0.2)] };
      await Promise.all([get().journal.append([batch]), get().journal.append([batch])]);
      await get().journal.append([
        { ...batch, entries: [] },
        { ...batch, batch: 2 },
      ]);
      expect(await readAll(rolloutId)).toEqual([batch, { ...batch, batch: 2 }]);
    });

    test("keeps rollouts apart, and nothing of nothing", async () => {
      const [one, other] = [newId("rol"), newId("rol")];
      await get().journal.append([]);
      await get().journal.append([{ rolloutId: one, replicaId: "rep_1", batch: 1, entries: [] }]);
      expect(await readAll(one)).toHaveLength(1);
      expect(await readAll(other)).toEqual([]);
    });

    test("gives every number back to the last bit and every text as it was", async () => {
      const rolloutId = newId("rol");
      let batch = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
          fc.string({ unit: "binary" }),
          async (latencyMs, session) => {
            batch += 1;
            const entries = [assigned(rolloutId, batch, `\u0000${session}`), final(batch, latencyMs)];
            await get().journal.append([{ rolloutId, replicaId: "rep_1", batch, entries }]);
            const [last] = (await readAll(rolloutId)).slice(-1);
            expect(last?.entries).toEqual(entries);
          },
        ),
        { numRuns: 30 },
      );
    });
  });
}

function readsOn(get: GetStores): void {
  test("reads on from what is known of each replica", async () => {
    const rolloutId = newId("rol");
    const batches = ["rep_1", "rep_2", "rep_3"].flatMap((replicaId) =>
      [1, 2, 3].map((batch) => ({ rolloutId, replicaId, batch, entries: [assigned(rolloutId, batch)] })),
    );
    await get().journal.append(batches);
    const seen = new Map([
      ["rep_1", 2],
      ["rep_2", 2 ** 31 - 1],
    ]);
    const read = [];
    for await (const { replicaId, batch } of get().journal.readAfter(rolloutId, seen)) read.push([replicaId, batch]);
    expect(read).toEqual([
      ["rep_1", 3],
      ["rep_3", 1],
      ["rep_3", 2],
      ["rep_3", 3],
    ]);
  });
}

function keepsWhatCameLater(get: GetStores): void {
  test("gives back what was said of sessions later, and what that came to", async () => {
    const rolloutId = newId("rol");
    const outcome = { arm: "candidate", epoch: 2, weight: 0.25, value: null } as const;
    const entries: readonly JournalEntry[] = [
      { type: "signal", metric: "judge", session: "key/s \u0000", value: 0.1 + 0.2, at: T0 },
      { type: "late", metric: "business:basket", session: "key/s", outcome: { ...outcome, value: 12.5 } },
      { type: "late", metric: "thumbs", session: "key/s", outcome, of: "rep_0" },
    ];
    const batch = { rolloutId, replicaId: "rep_1", batch: 1, entries };
    await get().journal.append([batch]);
    expect(await readFrom(get, rolloutId)).toEqual([batch]);
  });
}
