import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JournalBatch, JournalEntry } from "../../../ports/evidence-journal.ts";
import { createMemoryEvidenceJournal } from "./memory-evidence-journal.ts";

const entry: JournalEntry = {
  type: "final",
  order: 1,
  outcome: { arm: "stable", epoch: 1, weight: 0.5, failure: null, latencyMs: 1, firstTokenMs: 1, costPico: 1 },
};

const batchOf = (rolloutId: string, batch: number, size: number): JournalBatch => ({
  rolloutId,
  replicaId: "rep",
  batch,
  entries: Array.from({ length: size }, () => entry),
});

const sizeOf = async (journal: ReturnType<typeof createMemoryEvidenceJournal>, rolloutId: string): Promise<number> => {
  let size = 0;
  for await (const { entries } of journal.read(rolloutId)) size += entries.length;
  return size;
};

describe("the evidence journal in memory", () => {
  test("forgets the rollout that has been silent longest, whole, and counts it", async () => {
    const journal = createMemoryEvidenceJournal(10);
    await journal.append([batchOf("a", 1, 3), batchOf("a", 2, 2), batchOf("b", 1, 5)]);
    expect(journal.forgotten()).toBe(0);
    await journal.append([batchOf("a", 3, 1)]);
    expect(await sizeOf(journal, "b")).toBe(0);
    expect(await sizeOf(journal, "a")).toBe(6);
    expect(journal.forgotten()).toBe(5);
  });

  test("keeps no part of a rollout that was forgotten, and counts what still comes", async () => {
    const journal = createMemoryEvidenceJournal(4);
    await journal.append([batchOf("a", 1, 5)]);
    await journal.append([batchOf("a", 2, 1)]);
    expect(await sizeOf(journal, "a")).toBe(0);
    expect(journal.forgotten()).toBe(6);
  });

  test("never holds more than its bound, and loses nothing without counting it", async () => {
    const batches = fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.integer({ min: 1, max: 9 })), {
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(batches, fc.integer({ min: 1, max: 40 }), async (drawn, bound) => {
        const journal = createMemoryEvidenceJournal(bound);
        for (const [index, [rollout, size]] of drawn.entries())
          await journal.append([batchOf(rollout, index + 1, size)]);
        const kept = await Promise.all(["a", "b", "c", "d"].map((rollout) => sizeOf(journal, rollout)));
        const held = kept.reduce((sum, size) => sum + size, 0);
        expect(held).toBeLessThanOrEqual(bound);
        expect(held + journal.forgotten()).toBe(drawn.reduce((sum, [, size]) => sum + size, 0));
      }),
    );
  });
});
