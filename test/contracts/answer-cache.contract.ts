import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AnswerCache, CachePlace } from "../../src/ports/answer-cache.ts";

/** One cache under test. */
export interface CacheSubject {
  readonly cache: AnswerCache;
  /** Lets time pass for entries and claims. */
  readonly lapse: (ms: number) => Promise<void> | void;
  readonly close: () => Promise<void>;
}

/** Two views of one cache, as two replicas have them. */
export interface SharedSubject extends CacheSubject {
  readonly other: AnswerCache;
}

const placeOf = (digit: string, endpoint = "faq"): CachePlace => ({ endpoint, key: digit.repeat(64) });

const A = placeOf("a");
const B = placeOf("b");

/** What every answer cache does. `open` gives an empty one. */
export function answerCacheContract(open: () => Promise<CacheSubject>): void {
  keeps(open);
  removes(open);
  claims(open);
}

function keeps(open: () => Promise<CacheSubject>): void {
  describe("entries", () => {
    let subject: CacheSubject;
    let cache: AnswerCache;

    beforeEach(async () => {
      subject = await open();
      ({ cache } = subject);
    });

    afterEach(() => subject.close());

    test("what was stored is found, byte for byte", async () => {
      const text = 'quotes " and \u{1f600} and \u0000 and a line\n';
      expect(await cache.find(A)).toBeNull();
      expect(await cache.store(A, text, 60_000)).toBe(true);
      expect(await cache.find(A)).toBe(text);
      expect(await cache.find(B)).toBeNull();
    });

    test("the later of two entries under one key stays", async () => {
      await cache.store(A, "first", 60_000);
      await cache.store(A, "second", 60_000);
      expect(await cache.find(A)).toBe("second");
    });

    test("the same key in two endpoints is two places", async () => {
      await cache.store(A, "one", 60_000);
      expect(await cache.find(placeOf("a", "other"))).toBeNull();
    });

    test("an entry lapses after its time and not before", async () => {
      await cache.store(A, "short", 500);
      await cache.store(B, "long", 60_000);
      expect(await cache.find(A)).toBe("short");
      await subject.lapse(600);
      expect(await cache.find(A)).toBeNull();
      expect(await cache.find(B)).toBe("long");
    });
  });
}

function removes(open: () => Promise<CacheSubject>): void {
  describe("removing", () => {
    let subject: CacheSubject;
    let cache: AnswerCache;

    beforeEach(async () => {
      subject = await open();
      ({ cache } = subject);
    });

    afterEach(() => subject.close());

    test("evicting removes one entry and says whether there was one", async () => {
      await cache.store(A, "one", 60_000);
      await cache.store(B, "two", 60_000);
      expect(await cache.evict(A)).toBe(true);
      expect(await cache.evict(A)).toBe(false);
      expect([await cache.find(A), await cache.find(B)]).toEqual([null, "two"]);
    });

    test("purging removes all entries of one endpoint and of no other", async () => {
      await cache.store(A, "one", 60_000);
      await cache.store(B, "two", 60_000);
      await cache.store(placeOf("a", "faq.2"), "three", 60_000);
      await cache.store(placeOf("a", "faqx2"), "four", 60_000);
      expect(await cache.purge("faq")).toBe(2);
      expect(await cache.purge("faq.2")).toBe(1);
      expect(await cache.find(placeOf("a", "faqx2"))).toBe("four");
      expect(await cache.purge("faq")).toBe(0);
    });

    test("counts what it found, did not find, and stored", async () => {
      await cache.find(A);
      await cache.store(A, "one", 60_000);
      await cache.find(A);
      expect(cache.counts()).toMatchObject({ found: 1, absent: 1, stored: 1, failed: 0 });
    });
  });
}

function claims(open: () => Promise<CacheSubject>): void {
  describe("claims whose holder shows a token", () => {
    let subject: CacheSubject;
    let cache: AnswerCache;

    beforeEach(async () => {
      subject = await open();
      ({ cache } = subject);
    });

    afterEach(() => subject.close());

    test("hold against others, and not against who shows the token again", async () => {
      expect((await cache.claim(A, 60_000, "one")).state).toBe("ours");
      expect((await cache.claim(A, 60_000, "two")).state).toBe("taken");
      (await cache.claim(A, 60_000, "one")).release("failed");
      expect((await cache.claim(A, 60_000, "two")).state).toBe("ours");
    });

    test("lapse, and then are not given back by who had them", async () => {
      const late = await cache.claim(A, 500, "one");
      await subject.lapse(600);
      expect((await cache.claim(A, 60_000, "two")).state).toBe("ours");
      late.release("hopeless");
      late.renew();
      expect((await cache.claim(A, 60_000, "three")).state).toBe("taken");
    });

    test("that are given up as hopeless say so for a moment", async () => {
      (await cache.claim(A, 60_000, "one")).release("hopeless");
      expect((await cache.claim(A, 60_000, "two")).state).toBe("hopeless");
      await subject.lapse(2_100);
      expect((await cache.claim(A, 60_000, "two")).state).toBe("ours");
    });
  });
}

/** What a cache does besides that replicas share; `open` gives two views of one empty cache. */
export function sharedCacheContract(open: () => Promise<SharedSubject>): void {
  describe("replicas", () => {
    let subject: SharedSubject;
    let cache: AnswerCache;
    let other: AnswerCache;

    beforeEach(async () => {
      subject = await open();
      ({ cache, other } = subject);
    });

    afterEach(() => subject.close());

    test("find what another one stored", async () => {
      await cache.store(A, "one", 60_000);
      expect(await other.find(A)).toBe("one");
    });

    test("of two that claim a question one has it until it is released", async () => {
      const claim = await cache.claim(A, 60_000);
      expect([claim.state, (await other.claim(A, 60_000)).state]).toEqual(["ours", "taken"]);
      claim.release("done");
      expect((await other.claim(A, 60_000)).state).toBe("ours");
      expect((await other.claim(B, 60_000)).state).toBe("ours");
    });

    test("a claim of one that died lapses", async () => {
      await cache.claim(A, 500);
      await subject.lapse(600);
      expect((await other.claim(A, 60_000)).state).toBe("ours");
    });

    test("a claim that is renewed does not lapse", async () => {
      const claim = await cache.claim(A, 900);
      await subject.lapse(600);
      claim.renew();
      await subject.lapse(600);
      expect((await other.claim(A, 60_000)).state).toBe("taken");
    });

    test("who lost a claim can neither release nor give up what another one holds", async () => {
      const late = await cache.claim(A, 500);
      await subject.lapse(600);
      await other.claim(A, 60_000);
      late.release("done");
      late.release("hopeless");
      expect((await cache.claim(A, 60_000)).state).toBe("taken");
    });

    test("a claim given up as hopeless tells the others not to wait, for a moment", async () => {
      (await cache.claim(A, 60_000)).release("hopeless");
      expect((await other.claim(A, 60_000)).state).toBe("hopeless");
      await subject.lapse(2_100);
      expect((await other.claim(A, 60_000)).state).toBe("ours");
    });
  });
}
