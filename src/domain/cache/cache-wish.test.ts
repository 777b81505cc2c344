import { describe, expect, test } from "vitest";
import { ageMsOf, cacheWishOf, NO_WISH, worthOf } from "./cache-wish.ts";

const POLICY = { ttlMs: 10_000, staleForMs: 5_000 };

describe("what a client says about kept answers", () => {
  test("is nothing where it sends no header, or words that nobody knows", () => {
    expect(cacheWishOf(null, null)).toEqual(NO_WISH);
    expect(cacheWishOf("only-if-cached, max-stale=5", "please")).toEqual(NO_WISH);
  });

  test("is read from Cache-Control in any case and with any spaces", () => {
    expect(cacheWishOf("No-Cache", null)).toMatchObject({ refresh: true, bypass: false });
    expect(cacheWishOf("foo, NO-STORE ", null)).toMatchObject({ bypass: true });
    expect(cacheWishOf("max-age = 60, no-transform", null)).toMatchObject({ maxAgeMs: 60_000 });
    expect(cacheWishOf("max-age=0", null)).toMatchObject({ maxAgeMs: 0 });
  });

  test("an age that is no whole number of seconds says nothing", () => {
    for (const said of ["max-age", "max-age=", "max-age=-1", "max-age=1.5", "max-age=soon", "max-age=1e99"]) {
      expect(cacheWishOf(said, null).maxAgeMs).toBeNull();
    }
    expect(cacheWishOf('max-age="5"', null).maxAgeMs).toBe(5_000);
  });

  test("is read from x-rollward-cache too, and the stricter of the two holds", () => {
    expect(cacheWishOf(null, " Refresh ")).toMatchObject({ refresh: true });
    expect(cacheWishOf("no-store", "refresh")).toMatchObject({ bypass: true, refresh: true });
  });
});

describe("what a kept answer is worth", () => {
  test("it is fresh until its time is over, then stale, then nothing", () => {
    const worths = [0, 9_999, 10_000, 14_999, 15_000].map((ageMs) => worthOf(ageMs, POLICY, NO_WISH));
    expect(worths).toEqual(["fresh", "fresh", "stale", "stale", "gone"]);
    expect(worthOf(10_000, { ...POLICY, staleForMs: 0 }, NO_WISH)).toBe("gone");
  });

  test("who wants a new one or a younger one is not given an older one, not even as the last resort", () => {
    expect(worthOf(1, POLICY, { ...NO_WISH, refresh: true })).toBe("gone");
    const young = { ...NO_WISH, maxAgeMs: 2_000 };
    expect([2_000, 2_001, 12_000].map((ageMs) => worthOf(ageMs, POLICY, young))).toEqual(["fresh", "gone", "gone"]);
  });

  test("an answer from a replica whose clock is ahead is new", () => {
    expect(ageMsOf({ at: 5_000 }, 4_000)).toBe(0);
  });
});
