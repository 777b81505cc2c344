import { describe, expect, test } from "vitest";
import type { LearnedLimit } from "../../src/domain/limits/learned/learned-limit.ts";
import type { KeyName, LimitBoard, LimitNews } from "../../src/ports/limit-board.ts";
import { newId } from "./store-samples.ts";

const told: LearnedLimit = {
  id: "requests",
  unit: "requests",
  limit: 10,
  remaining: 0,
  resetMs: 30_000,
  stepMs: 1,
  isGuessed: false,
  refill: "evenly",
};

/** A key that no other test speaks of. */
const newKey = (): KeyName => ({ provider: "openai", model: `a/model-${newId("ses")}`, key: "0123456789abcdef" });

const newsOf = (name: KeyName, news: Partial<LimitNews> = {}): LimitNews => ({
  name,
  from: "rep_1",
  limits: [{ told, sentAgoMs: 40, seenAgoMs: 10 }],
  underWay: [{ agoMs: 20, need: { requests: 2, tokens: 30, "input-tokens": 10, "output-tokens": 20 } }],
  restMs: 0,
  ...news,
});

const about = (name: KeyName, news: readonly LimitNews[]): readonly LimitNews[] =>
  news.filter((one) => one.name.model === name.model);

/** What every board must do; `open` gives one more replica on the same board. */
export function limitBoardContract(open: () => LimitBoard): void {
  describe("as a board of what was learnt", () => {
    test("what one tells the others hear with its age, and it does not hear itself", async () => {
      const [one, other, third] = [open(), open(), open()];
      const name = newKey();
      expect(about(name, await one.exchange([newsOf(name)]))).toEqual([]);
      for (const board of [other, third]) {
        const [heard, ...more] = about(name, await board.exchange([]));
        expect(more).toEqual([]);
        const underWay = [{ need: { requests: 2, tokens: 30, "input-tokens": 10, "output-tokens": 20 } }];
        expect(heard).toMatchObject({ name, limits: [{ told }], underWay, restMs: 0 });
        expect(heard?.underWay[0]?.agoMs).toBeGreaterThanOrEqual(20);
        const { sentAgoMs = 0, seenAgoMs = 0 } = heard?.limits[0] ?? {};
        expect(sentAgoMs).toBeGreaterThanOrEqual(40);
        expect(sentAgoMs - seenAgoMs).toBe(30);
        expect(sentAgoMs).toBeLessThan(5_000);
      }
    });

    test("one replica's news do not hide another's", async () => {
      const [one, other, third] = [open(), open(), open()];
      const name = newKey();
      await one.exchange([newsOf(name)]);
      await other.exchange([
        newsOf(name, { limits: [{ told: { ...told, remaining: 3 }, sentAgoMs: 0, seenAgoMs: 0 }] }),
      ]);
      const heard = about(name, await third.exchange([])).flatMap(({ limits }) =>
        limits.map((one) => one.told.remaining),
      );
      expect(new Set(heard)).toEqual(new Set([0, 3]));
    });

    test("a rest is told, and only ever made longer", async () => {
      const [one, other, third] = [open(), open(), open()];
      const name = newKey();
      await one.exchange([newsOf(name, { limits: [], restMs: 20_000 })]);
      await other.exchange([newsOf(name, { limits: [], restMs: 1_000 })]);
      const rests = about(name, await third.exchange([])).map(({ restMs }) => restMs);
      expect(Math.min(...rests)).toBeGreaterThan(15_000);
      expect(Math.max(...rests)).toBeLessThanOrEqual(20_000);
    });

    test("what was heard once is not told again until there is more", async () => {
      const [one, other] = [open(), open()];
      const name = newKey();
      await one.exchange([newsOf(name)]);
      await other.exchange([]);
      await new Promise((resolve) => setImmediate(resolve));
      await other.exchange([]);
      await one.exchange([newsOf(name, { restMs: 5_000 })]);
      expect(about(name, await other.exchange([]))[0]?.restMs).toBeGreaterThan(0);
    });
  });
}
