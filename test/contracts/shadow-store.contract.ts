import { describe, expect, test } from "vitest";
import type { ShadowPair } from "../../src/domain/shadow/shadow-pair.ts";
import type { NewShadowEntry } from "../../src/ports/shadow-store.ts";
import { newId, T0 } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

const side = {
  call: newId("call"),
  failed: false,
  refused: false,
  invalid: false,
  outputTokens: 7,
  costPico: 1_234_567,
};

const pairOf = (changes: Partial<ShadowPair> = {}): ShadowPair => ({
  at: T0,
  stable: { ...side, latencyMs: 12.345, firstTokenMs: null },
  candidate: { ...side, latencyMs: null, firstTokenMs: 0.1 + 0.2, failed: true },
  copyPico: "123456789012345678901",
  excused: false,
  change: { isExact: false, similarity: 1 / 3, hasNewStructure: null, usesTools: true, tools: "arguments" },
  ...changes,
});

const newPair = (rolloutId: string, session: string, changes: Partial<ShadowPair> = {}): NewShadowEntry => ({
  rolloutId,
  session,
  pair: pairOf(changes),
});

const callNamed = (call: string): Partial<ShadowPair> => ({
  candidate: { ...side, call, latencyMs: 1, firstTokenMs: null },
});

/** What every store of shadow pairs must do. */
export function shadowStoreContract(get: GetStores): void {
  describe("as a store of shadow pairs", () => {
    test("gives pairs back as they were, in the order in which they were kept", async () => {
      const { shadows } = get();
      const rollout = newId("rol");
      await shadows.append([newPair(rollout, "a"), newPair(rollout, "b", { change: null, excused: true })]);
      await shadows.append([newPair(rollout, "a", { at: T0 - 5 })]);
      const kept = await shadows.readAfter(rollout, 0, 10);
      expect(kept.map(({ session }) => session)).toEqual(["a", "b", "a"]);
      expect(kept.map((entry) => "pair" in entry && entry.pair)).toEqual([
        pairOf(),
        pairOf({ change: null, excused: true }),
        pairOf({ at: T0 - 5 }),
      ]);
    });

    test("goes on reading behind a position, page by page, and keeps rollouts apart", async () => {
      const { shadows } = get();
      const [one, other] = [newId("rol"), newId("rol")];
      await shadows.append([newPair(one, "a"), newPair(other, "x"), newPair(one, "b"), newPair(one, "c")]);
      const first = await shadows.readAfter(one, 0, 2);
      expect(first.map(({ session }) => session)).toEqual(["a", "b"]);
      const rest = await shadows.readAfter(one, first.at(-1)?.position ?? 0, 2);
      expect(rest.map(({ session }) => session)).toEqual(["c"]);
      expect(await shadows.readAfter(one, rest.at(-1)?.position ?? 0, 2)).toEqual([]);
      expect((await shadows.readAfter(other, 0, 10)).map(({ session }) => session)).toEqual(["x"]);
    });
  });
  judgementContract(get);
  sharedContract(get);
}

/** What it must do with words of judges, and with what is written again. */
function judgementContract(get: GetStores): void {
  describe("as a store of shadow pairs that are judged", () => {
    test("keeps what a judge says of a pair among the pairs, as it was", async () => {
      const { shadows } = get();
      const rollout = newId("rol");
      const judgement = {
        at: T0 + 5,
        call: "call_copy",
        verdict: "tie",
        questions: 2,
        isFlipped: true,
        costPico: "4000000000",
        trouble: null,
      } as const;
      await shadows.append([newPair(rollout, "a"), { rolloutId: rollout, session: "a", judgement }]);
      await shadows.append([newPair(rollout, "b")]);
      const kept = await shadows.readAfter(rollout, 0, 10);
      expect(kept.map((entry) => ("judgement" in entry ? entry.judgement : "pair"))).toEqual([
        "pair",
        judgement,
        "pair",
      ]);
      expect(kept.map(({ position }) => position)).toEqual([1, 2, 3]);
    });

    test("keeps nothing twice of what is written again because nobody heard how it ended", async () => {
      const { shadows } = get();
      const rollout = newId("rol");
      const one = newPair(rollout, "a", callNamed("call_one"));
      const word = {
        at: T0,
        verdict: "failed",
        questions: 1,
        isFlipped: false,
        costPico: "0",
        trouble: "it answered 500",
      } as const;
      const said = { rolloutId: rollout, session: "a", judgement: { ...word, call: "call_one" } };
      const asking = { rolloutId: rollout, session: "a", judgement: { ...said.judgement, verdict: "asking" as const } };
      await shadows.append([one, asking, said]);
      const other = newPair(rollout, "b", callNamed("call_two"));
      await shadows.append([one, asking, said, other], true);
      await shadows.append([other], true);
      const kept = await shadows.readAfter(rollout, 0, 10);
      expect(kept.map(({ session, position }) => [session, position])).toEqual([
        ["a", 1],
        ["a", 2],
        ["a", 3],
        ["b", 4],
      ]);
    });
  });
}

/** What it must do for several who write and read, and in the course of time. */
function sharedContract(get: GetStores): void {
  describe("as a store of shadow pairs that several use", () => {
    test("forgets pairs by their time, and goes on with the positions of the others", async () => {
      const { shadows } = get();
      const rollout = newId("rol");
      await shadows.append([newPair(rollout, "old", { at: 1_000 }), newPair(rollout, "new", { at: 3_000 })]);
      await shadows.expire(2_000);
      const left = await shadows.readAfter(rollout, 0, 10);
      expect(left.map(({ session }) => session)).toEqual(["new"]);
      await shadows.append([newPair(rollout, "newer", { at: 4_000 })]);
      const further = await shadows.readAfter(rollout, left.at(-1)?.position ?? 0, 10);
      expect(further.map(({ session }) => session)).toEqual(["newer"]);
    });

    test("loses and repeats nothing to who reads while several write", async () => {
      const { shadows } = get();
      const rollout = newId("rol");
      const writers = Array.from({ length: 8 }, async (_, writer) => {
        for (let each = 0; each < 5; each += 1) await shadows.append([newPair(rollout, `${writer}-${each}`)]);
      });
      const seen: string[] = [];
      let position = 0;
      const read = async (): Promise<void> => {
        for (const kept of await shadows.readAfter(rollout, position, 100)) {
          position = kept.position;
          seen.push(kept.session);
        }
      };
      const writing = { isOver: false };
      const all = Promise.all(writers).finally(() => (writing.isOver = true));
      while (!writing.isOver) {
        await read();
        await new Promise((resolve) => setImmediate(resolve));
      }
      await all;
      await read();
      expect(seen.length).toBe(40);
      expect(new Set(seen).size).toBe(40);
    });
  });
}
