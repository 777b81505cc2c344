import { describe, expect, test } from "vitest";
import { sha256Hex } from "../../src/kit/hash.ts";
import { unitVector } from "../../src/kit/nearest-vectors.ts";
import { MOST_NOTES, MOST_VETOES } from "../../src/ports/meaning-store.ts";
import type { KnownMeaning, Meaning, MeaningStore } from "../../src/ports/meaning-store.ts";
import { T0, uniqueName } from "./store-samples.ts";

/** A digest that no other test uses. */
const digest = (word = "x"): string => sha256Hex(uniqueName(word));

/** A vector of length 1 in a plane, at an angle in degrees. */
export function at(degrees: number): Float32Array {
  const radians = (degrees * Math.PI) / 180;
  return unitVector([Math.cos(radians), Math.sin(radians), 0]) ?? new Float32Array();
}

const meaningOf = (partition: string, degrees: number, overrides: Partial<Meaning> = {}): Meaning => ({
  partition,
  key: digest(),
  endpoint: "support",
  callId: `call_${degrees}`,
  vector: at(degrees),
  question: 'How do I reset my "Passwört"?\n😀',
  at: T0 + degrees,
  expiresAt: T0 + 1_000_000,
  ...overrides,
});

const NOW = T0 + 1_000;

type GetStore = () => MeaningStore;

/** What every store of meanings must do. */
export function meaningStoreContract(get: GetStore): void {
  describe("as a store of meanings", () => {
    finding(get);
    recording(get);
    forgetting(get);
  });
}

const near = async (get: GetStore, partition: string, degrees: number) =>
  get().nearest(partition, at(degrees), { count: 10, now: NOW });

const only = async (get: GetStore, partition: string): Promise<KnownMeaning | undefined> =>
  (await near(get, partition, 0))[0]?.meaning;

function finding(get: GetStore): void {
  test("finds the nearest, nearest first, and gives back what was put", async () => {
    const partition = digest();
    const [far, close, same] = [80, 20, 10].map((degrees) => meaningOf(partition, degrees));
    for (const meaning of [far, close, same]) await get().put(meaning as Meaning, 100);
    const found = await near(get, partition, 10);
    expect(found.map(({ meaning }) => meaning.callId)).toEqual(["call_10", "call_20", "call_80"]);
    expect(found[0]?.similarity).toBeCloseTo(1, 5);
    expect(found[1]?.similarity).toBeCloseTo(Math.cos(Math.PI / 18), 5);
    expect(found[0]?.meaning).toEqual({ ...same, notes: [], vetoes: [] });
    expect(await get().nearest(partition, at(10), { count: 1, now: NOW })).toHaveLength(1);
  });

  test("never finds anything of another partition, however near it is", async () => {
    const [mine, theirs] = [digest(), digest()];
    await get().put(meaningOf(theirs, 0), 100);
    await get().put(meaningOf(mine, 89), 100);
    expect((await near(get, mine, 0)).map(({ meaning }) => meaning.partition)).toEqual([mine]);
    expect(await near(get, digest(), 0)).toEqual([]);
  });

  test("does not find what has expired, nor a vector of another size", async () => {
    const partition = digest();
    await get().put(meaningOf(partition, 0, { expiresAt: NOW }), 100);
    await get().put(meaningOf(partition, 0, { vector: unitVector([1, 1]) ?? at(0) }), 100);
    await get().put(meaningOf(partition, 5), 100);
    expect((await near(get, partition, 0)).map(({ meaning }) => meaning.callId)).toEqual(["call_5"]);
  });

  test("puts a question with the same key in the place of the older one, whose record goes", async () => {
    const [partition, key] = [digest(), digest()];
    await get().put(meaningOf(partition, 0, { key }), 100);
    await get().note({ partition, key }, { similarity: 0.9, right: true });
    await get().put(meaningOf(partition, 30, { key, callId: "call_new" }), 100);
    const found = await near(get, partition, 0);
    expect(found.map(({ meaning }) => [meaning.callId, meaning.notes])).toEqual([["call_new", []]]);
  });

  test("keeps so many of a partition and forgets the oldest", async () => {
    const partition = digest();
    for (const degrees of [1, 2, 3, 4, 5]) await get().put(meaningOf(partition, degrees), 3);
    const found = (await near(get, partition, 0)).map(({ meaning }) => meaning.callId);
    expect(found).toEqual(["call_3", "call_4", "call_5"]);
  });
}

function recording(get: GetStore): void {
  test("notes what was found out, the newest of it, and says when there is nobody to note it of", async () => {
    const [partition, key] = [digest(), digest()];
    const place = { partition, key };
    expect(await get().note(place, { similarity: 0.5, right: true })).toBe(false);
    await get().put(meaningOf(partition, 0, { key }), 100);
    for (let count = 0; count < MOST_NOTES + 2; count += 1)
      expect(await get().note(place, { similarity: count / 100, right: count % 2 === 0 })).toBe(true);
    const notes = (await only(get, partition))?.notes ?? [];
    expect(notes).toHaveLength(MOST_NOTES);
    expect(notes[0]).toEqual({ similarity: 0.02, right: true });
    expect(notes.at(-1)).toEqual({ similarity: (MOST_NOTES + 1) / 100, right: false });
  });

  test("notes that come at the same time are all kept", async () => {
    const [partition, key] = [digest(), digest()];
    await get().put(meaningOf(partition, 0, { key }), 100);
    await Promise.all(
      [1, 2, 3, 4, 5].map((count) => get().note({ partition, key }, { similarity: count / 8, right: true })),
    );
    expect((await only(get, partition))?.notes).toHaveLength(5);
  });

  test("keeps vetoes, each once, and forgets a question that has too many", async () => {
    const [partition, key] = [digest(), digest()];
    await get().put(meaningOf(partition, 0, { key }), 100);
    const questions = Array.from({ length: MOST_VETOES + 1 }, () => digest());
    for (const isNew of [true, false])
      for (const question of questions.slice(0, 2)) expect(await get().veto({ partition, key }, question)).toBe(isNew);
    expect((await only(get, partition))?.vetoes).toEqual(questions.slice(0, 2));
    for (const question of questions) await get().veto({ partition, key }, question);
    expect(await near(get, partition, 0)).toEqual([]);
    expect(await get().veto({ partition, key }, digest())).toBe(false);
  });

  test("tells what has changed in a partition since it was last looked at", async () => {
    const partition = digest();
    const [first, second] = [meaningOf(partition, 1), meaningOf(partition, 2)];
    await get().put(first, 100);
    const before = await get().changes(partition, 0, NOW);
    expect(before.changed).toEqual([{ ...first, notes: [], vetoes: [] }]);
    await get().put(second, 100);
    await get().note(first, { similarity: 0.7, right: false });
    const after = await get().changes(partition, before.cursor, NOW);
    const known = new Map(after.changed.map((one) => [one.key, one]));
    expect(known.get(second.key)?.callId).toBe("call_2");
    expect(known.get(first.key)?.notes).toEqual([{ similarity: 0.7, right: false }]);
    await get().remove(first);
    const { changed, removed } = await get().changes(partition, after.cursor, NOW);
    expect(changed.some(({ key }) => key === first.key)).toBe(false);
    expect(get().search === "memory" || removed.includes(first.key)).toBe(true);
  });
}

function forgetting(get: GetStore): void {
  test("removes one question, a partition, or all of an endpoint, and says how many there were", async () => {
    const endpoint = uniqueName("bot");
    const [one, other] = [digest(), digest()];
    const first = meaningOf(one, 1, { endpoint });
    for (const meaning of [first, meaningOf(one, 2, { endpoint }), meaningOf(other, 3, { endpoint })])
      await get().put(meaning, 100);
    expect(await get().remove(first)).toBe(1);
    expect(await get().remove(first)).toBe(0);
    expect(await get().remove({ partition: one })).toBe(1);
    expect(await get().remove({ endpoint })).toBe(1);
    expect(await near(get, other, 3)).toEqual([]);
  });

  test("what was removed can be remembered again", async () => {
    const partition = digest();
    const meaning = meaningOf(partition, 1);
    await get().put(meaning, 100);
    await get().remove(meaning);
    await get().put(meaning, 100);
    expect((await near(get, partition, 1)).map(({ meaning: found }) => found.key)).toEqual([meaning.key]);
  });

  test("deletes what has expired", async () => {
    const partition = digest();
    await get().put(meaningOf(partition, 1, { expiresAt: T0 - 10 }), 100);
    await get().put(meaningOf(partition, 2), 100);
    await get().expire(T0 - 10);
    expect((await get().nearest(partition, at(0), { count: 10, now: 0 })).map(({ meaning }) => meaning.callId)).toEqual(
      ["call_2"],
    );
  });
}
