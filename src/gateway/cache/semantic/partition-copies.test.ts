import { beforeEach, describe, expect, test } from "vitest";
import { createMemoryMeaningStore } from "../../../adapters/stores/memory/memory-meaning-store.ts";
import { unitVector } from "../../../kit/nearest-vectors.ts";
import { REMOVALS_TOLD_MS } from "../../../ports/meaning-store.ts";
import type { Meaning, MeaningStore } from "../../../ports/meaning-store.ts";
import { HandClock } from "../../../../test/fixtures/hand-clock.ts";
import { PartitionCopies } from "./partition-copies.ts";

const NORTH = unitVector([0, 1]) ?? new Float32Array();

/** A store elsewhere, as a database is: counts how often it is read, and can be away. */
class FarStore {
  readonly kept = createMemoryMeaningStore(1_000_000);
  reads = 0;
  searches = 0;
  isAway = false;

  port(): MeaningStore {
    return {
      ...this.kept,
      search: "scan",
      changes: async (...terms) => {
        if (this.isAway) throw new Error("The store is away.");
        this.reads += 1;
        return this.kept.changes(...terms);
      },
      nearest: async (...terms) => {
        this.searches += 1;
        return this.kept.nearest(...terms);
      },
    };
  }
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
};

describe("copies of partitions", () => {
  let clock: HandClock;
  let far: FarStore;
  let copies: PartitionCopies;

  const meaning = (key: string, terms: Partial<Meaning> = {}): Meaning => ({
    partition: "p",
    key,
    endpoint: "faq",
    callId: key,
    vector: NORTH,
    question: "How?",
    at: 1,
    expiresAt: clock.now() + 60_000,
    ...terms,
  });

  const found = async (partition = "p", most = 100): Promise<readonly string[]> => {
    const near = await copies.nearest({ partition, vector: NORTH, count: 10, most });
    return near.map(({ meaning: { key } }) => key);
  };

  beforeEach(() => {
    clock = new HandClock();
    far = new FarStore();
    copies = new PartitionCopies({ store: far.port(), clock, maxBytes: 1_000_000 });
  });

  test("are read once, and again in the background when they are two seconds old", async () => {
    await far.kept.put(meaning("a"), 100);
    expect(await found()).toEqual(["a"]);
    await far.kept.put(meaning("b"), 100);
    expect(await found()).toEqual(["a"]);
    expect(far.reads).toBe(1);
    clock.advance(2_500);
    expect(await found()).toEqual(["a"]);
    await settled();
    expect(await found()).toEqual(["a", "b"]);
    expect(far.reads).toBe(2);
  });

  test("have what this process has put and found out at once", async () => {
    await found();
    copies.put(meaning("a"));
    copies.note(meaning("a"), { similarity: 0.9, right: false });
    copies.veto(meaning("a"), "q");
    const [near] = await copies.nearest({ partition: "p", vector: NORTH, count: 1, most: 100 });
    expect(near?.meaning).toMatchObject({ notes: [{ similarity: 0.9, right: false }], vetoes: ["q"] });
    expect(far.reads).toBe(1);
  });

  test("do not give what has expired", async () => {
    await far.kept.put(meaning("a", { expiresAt: clock.now() + 1_000 }), 100);
    expect(await found()).toEqual(["a"]);
    clock.advance(1_000);
    expect(await found()).toEqual([]);
  });

  test("go on while the store is away, and say so where there is none yet", async () => {
    await far.kept.put(meaning("a"), 100);
    await found();
    far.isAway = true;
    clock.advance(10_000);
    expect(await found()).toEqual(["a"]);
    await expect(found("q")).rejects.toThrow("away");
    await expect(found("q")).rejects.toThrow("a moment ago");
    far.isAway = false;
    clock.advance(3_000);
    expect(await found("q")).toEqual([]);
  });

  test("keep within their bound: the partition that was used least lately goes", async () => {
    copies = new PartitionCopies({ store: far.port(), clock, maxBytes: 4_000 });
    for (const partition of ["p", "q", "r"]) await far.kept.put(meaning("a", { partition }), 100);
    for (const partition of ["p", "q", "r"]) await found(partition);
    expect(copies.bytes).toBeLessThanOrEqual(4_000);
    expect(far.reads).toBe(3);
    await found("p");
    expect(far.reads).toBe(4);
  });

  test("that nobody has asked for a minute are read before they are searched", async () => {
    await far.kept.put(meaning("a", { expiresAt: clock.now() + 600_000 }), 100);
    await found();
    await far.kept.veto(meaning("a"), "q");
    clock.advance(61_000);
    const [near] = await copies.nearest({ partition: "p", vector: NORTH, count: 1, most: 100 });
    expect(near?.meaning.vetoes).toEqual(["q"]);
    far.isAway = true;
    clock.advance(61_000);
    await expect(found()).rejects.toThrow("away");
  });

  test("begin anew when removals of before are not told any more", async () => {
    const expiresAt = clock.now() + 86_400_000;
    for (const key of ["a", "b"]) await far.kept.put(meaning(key, { expiresAt }), 100);
    expect(await found()).toEqual(["a", "b"]);
    // This store never tells of a removal.
    await far.kept.remove(meaning("a"));
    clock.advance(REMOVALS_TOLD_MS + 1_000);
    expect(await found()).toEqual(["b"]);
  });

  test("take room also where there is nothing in them", async () => {
    copies = new PartitionCopies({ store: far.port(), clock, maxBytes: 10_000 });
    for (let count = 0; count < 100; count += 1) await found(`empty ${count}`);
    expect(copies.bytes).toBeGreaterThan(0);
    expect(copies.bytes).toBeLessThanOrEqual(10_000);
    await found("empty 0");
    expect(far.reads).toBe(101);
  });

  test("are not made of large partitions, which are searched where they lie", async () => {
    await far.kept.put(meaning("a"), 100);
    expect(await found("p", 20_000)).toEqual(["a"]);
    expect([far.reads, far.searches]).toEqual([0, 1]);
  });
});
