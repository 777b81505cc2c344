import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import type { JournalBatch, JournalEntry } from "../../ports/evidence-journal.ts";
import { createJournalWriter } from "./journal-writer.ts";
import type { JournalWriterLimits } from "./journal-writer.ts";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const entryOf = (order: number, rolloutId = "rol_1"): JournalEntry => ({
  type: "assigned",
  order,
  at: 0,
  assignment: { rolloutId, session: `s-${order}`, arm: "stable", epoch: 1, weight: 0.5 },
});

/** Keeps what it is given, unless it is broken: then it fails, and may have kept it all the same. */
class Journal {
  readonly batches = new Map<string, JournalBatch>();
  /** Batches that came again with other contents. */
  contradictions = 0;
  mood: "well" | "failing" | "lying" = "well";

  async append(batches: readonly JournalBatch[]): Promise<void> {
    if (this.mood !== "failing") {
      for (const each of batches) {
        const key = `${each.rolloutId} ${each.batch}`;
        if (this.batches.has(key) && this.batches.get(key) !== each) this.contradictions += 1;
        this.batches.set(key, each);
      }
    }
    if (this.mood !== "well") throw new Error("The answer did not come.");
  }

  async *read(): AsyncIterable<JournalBatch> {
    yield* this.batches.values();
  }

  batchesOf(rolloutId: string): JournalBatch[] {
    return [...this.batches.values()].filter((each) => each.rolloutId === rolloutId);
  }

  ordersOf(rolloutId: string): number[] {
    return this.batchesOf(rolloutId).flatMap(({ entries }) =>
      entries.flatMap((entry) => ("order" in entry ? [entry.order] : [])),
    );
  }

  /** Whether the batches of a rollout count from 1 without gaps and never contradict themselves. */
  isSound(rolloutId: string): boolean {
    const isGapless = this.batchesOf(rolloutId).every(({ batch }, index) => batch === index + 1);
    return isGapless && this.contradictions === 0;
  }
}

function writerOn(journal: Journal, limits: Partial<JournalWriterLimits> = {}) {
  const clock = new HandClock();
  const writer = createJournalWriter({ journal, replicaId: "rep_1", clock, limits });
  return { clock, writer };
}

/** What a failure that is not one of ours is told as. */
const TROUBLE = "the store does not take what is written";

describe("a journal writer", () => {
  it("writes one batch per rollout and moment, numbered without gaps", async () => {
    const journal = new Journal();
    const { clock, writer } = writerOn(journal, { everyMs: 100 });
    for (let turn = 0; turn < 3; turn += 1) {
      writer.append("rol_1", entryOf(turn));
      if (turn !== 1) writer.append("rol_2", entryOf(turn, "rol_2"));
      clock.advance(99);
      clock.advance(1);
      await settle();
    }
    expect(journal.ordersOf("rol_1")).toEqual([0, 1, 2]);
    expect(journal.ordersOf("rol_2")).toEqual([0, 2]);
    expect(journal.batches.size).toBe(5);
    expect(["rol_1", "rol_2"].map((each) => journal.isSound(each))).toEqual([true, true]);
    expect(writer.counts()).toEqual({ written: 5, dropped: 0, waiting: 0, trouble: null });
    expect(clock.pending).toBe(0);
  });

  it("divides what is too much for one batch", async () => {
    const journal = new Journal();
    const { writer } = writerOn(journal, { batchEntries: 4 });
    for (let order = 0; order < 10; order += 1) writer.append("rol_1", entryOf(order));
    await writer.flush();
    expect([...journal.batches.values()].map(({ entries }) => entries.length)).toEqual([4, 4, 2]);
    expect(journal.ordersOf("rol_1")).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("keeps what waits within its bound and counts what it drops", async () => {
    const journal = new Journal();
    journal.mood = "failing";
    const { clock, writer } = writerOn(journal, { maxEntries: 3 });
    for (let order = 0; order < 5; order += 1) writer.append("rol_1", entryOf(order));
    clock.advance(100);
    await settle();
    writer.append("rol_1", entryOf(5));
    expect(writer.counts()).toEqual({ written: 0, dropped: 3, waiting: 3, trouble: TROUBLE });
    journal.mood = "well";
    clock.advance(10_000);
    await settle();
    expect(journal.ordersOf("rol_1")).toEqual([0, 1, 2]);
    expect(writer.counts()).toEqual({ written: 3, dropped: 3, waiting: 0, trouble: null });
  });

  it("tells who asks when all that was taken by then has arrived, and when some of it was dropped", async () => {
    const journal = new Journal();
    const { clock, writer } = writerOn(journal, { maxEntries: 4 });
    expect(await writer.written()).toBe(true);
    writer.append("rol_1", entryOf(1));
    const answers: boolean[] = [];
    void writer.written().then((isWritten) => answers.push(isWritten));
    await settle();
    expect(answers).toEqual([]);
    clock.advance(100);
    await settle();
    expect(answers).toEqual([true]);
    journal.mood = "failing";
    for (let order = 2; order < 5; order += 1) writer.append("rol_1", entryOf(order));
    void writer.written().then((isWritten) => answers.push(isWritten));
    for (let order = 5; order < 9; order += 1) writer.append("rol_1", entryOf(order));
    expect(await writer.written()).toBe(false);
    clock.advance(100);
    await settle();
    expect(answers).toEqual([true]);
    await writer.flush();
    expect(answers).toEqual([true, false]);
  });

  it("announces once when it begins to fail and once when it works again, however often it tries", async () => {
    const journal = new Journal();
    const clock = new HandClock();
    const announced: string[] = [];
    const announcer = {
      troubled: (what: string) => void announced.push(`troubled: ${what}`),
      recovered: (what: string) => void announced.push(`recovered: ${what}`),
    };
    const writer = createJournalWriter({ journal, replicaId: "rep_1", clock, announcer });
    for (let outage = 0; outage < 2; outage += 1) {
      journal.mood = "failing";
      writer.append("rol_1", entryOf(outage));
      for (let tries = 0; tries < 5; tries += 1) {
        clock.advance(10_000);
        await settle();
      }
      journal.mood = "well";
      clock.advance(10_000);
      await settle();
    }
    const one = ["troubled: writing the evidence journal", "recovered: writing the evidence journal"];
    expect(announced).toEqual([...one, ...one]);
  });

  it("counts what waits as dropped when it is flushed to a store that is away", async () => {
    const journal = new Journal();
    journal.mood = "failing";
    const { writer } = writerOn(journal);
    writer.append("rol_1", entryOf(1));
    await writer.flush();
    expect(writer.counts()).toEqual({ written: 0, dropped: 1, waiting: 0, trouble: TROUBLE });
  });

  it("writes every entry once and in order, through any failures", async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom("rol_1", "rol_2") },
      fc.constantFrom("well" as const, "failing" as const, "lying" as const),
      fc.nat({ max: 6_000 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const journal = new Journal();
        const { clock, writer } = writerOn(journal, { batchEntries: 3 });
        const expected = { rol_1: [] as number[], rol_2: [] as number[] };
        let order = 0;
        for (const each of steps) {
          if (typeof each === "number") {
            clock.advance(each);
            await settle();
          } else if (each === "rol_1" || each === "rol_2") {
            order += 1;
            writer.append(each, entryOf(order, each));
            expected[each].push(order);
          } else journal.mood = each;
        }
        journal.mood = "well";
        await writer.flush();
        expect(journal.ordersOf("rol_1")).toEqual(expected.rol_1);
        expect(journal.ordersOf("rol_2")).toEqual(expected.rol_2);
        expect(["rol_1", "rol_2"].map((each) => journal.isSound(each))).toEqual([true, true]);
        expect(writer.counts()).toEqual({ written: order, dropped: 0, waiting: 0, trouble: null });
      }),
      { numRuns: 60 },
    );
  });
});
