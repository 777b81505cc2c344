import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Bucket } from "../bucket.ts";
import { KeyQuota } from "./key-quota.ts";
import type { SentCall } from "./key-quota.ts";
import { ONE_REQUEST, trusted } from "./learned-limit.ts";
import type { LearnedLimit } from "./learned-limit.ts";

const told = (limit: Partial<LearnedLimit> = {}): LearnedLimit => ({
  id: "requests",
  unit: "requests",
  limit: 10,
  remaining: 0,
  resetMs: 60_000,
  stepMs: 1,
  isGuessed: false,
  refill: "at-once",
  ...limit,
});

/** A key of which something was told at a moment. */
function keyTold(limits: readonly LearnedLimit[], at = 0): KeyQuota {
  const quota = new KeyQuota();
  quota.answered(quota.sent(ONE_REQUEST, at), limits, at);
  return quota;
}

describe("the limits of a key", () => {
  test("what is not known holds up nobody", () => {
    const quota = new KeyQuota();
    for (let each = 0; each < 1_000; each += 1) quota.sent(ONE_REQUEST, each);
    expect(quota.waitMs(ONE_REQUEST, 1_000)).toBe(0);
  });

  test("an empty one waits until its reset, and is not believed any longer", () => {
    const quota = keyTold([told({ resetMs: 5_000 })]);
    expect(quota.waitMs(ONE_REQUEST, 0)).toBe(5_000);
    expect(quota.waitMs(ONE_REQUEST, 4_999)).toBe(1);
    expect(quota.waitMs(ONE_REQUEST, 5_000)).toBe(0);
  });

  test("one that refills evenly waits for its next call only", () => {
    const quota = keyTold([told({ limit: 60, refill: "evenly" })]);
    expect(quota.waitMs(ONE_REQUEST, 0)).toBe(1_000);
    expect(quota.waitMs(ONE_REQUEST, 1_000)).toBe(0);
  });

  test("calls under way count against what is left", () => {
    const quota = keyTold([told({ remaining: 2 })]);
    const first = quota.sent(ONE_REQUEST, 10);
    quota.sent(ONE_REQUEST, 10);
    expect(quota.waitMs(ONE_REQUEST, 20)).toBeGreaterThan(0);
    quota.unsent(first);
    expect(quota.waitMs(ONE_REQUEST, 20)).toBe(0);
  });

  test("after the reset no more than the limit goes out before it says how it stands", () => {
    const quota = keyTold([told({ limit: 3, resetMs: 1_000 })]);
    for (let each = 0; each < 3; each += 1) {
      expect(quota.waitMs(ONE_REQUEST, 1_000)).toBe(0);
      quota.sent(ONE_REQUEST, 1_000);
    }
    expect(quota.waitMs(ONE_REQUEST, 1_001)).toBeGreaterThan(0);
  });

  test("tokens are counted as well, and what is larger than the limit waits for all of it", () => {
    const quota = keyTold([told({ id: "tokens", unit: "tokens", limit: 1_000, remaining: 400, resetMs: 9_000 })]);
    expect(quota.countsTokens).toBe(true);
    expect(quota.waitMs({ ...ONE_REQUEST, tokens: 300 }, 0)).toBe(0);
    expect(quota.waitMs({ ...ONE_REQUEST, tokens: 500 }, 0)).toBe(9_000);
    expect(quota.waitMs({ ...ONE_REQUEST, tokens: 5_000 }, 9_000)).toBe(0);
  });

  test("of answers that may have crossed the lower one counts, and an old one not at all", () => {
    const quota = keyTold([told({ remaining: 3 })], 5_000);
    quota.heard([told({ remaining: 1 })], { sentAt: 4_990, seenAt: 5_010 });
    quota.heard([told({ remaining: 2 })], { sentAt: 5_005, seenAt: 5_020 });
    quota.heard([told({ remaining: 0 })], { sentAt: 1_000, seenAt: 5_030 });
    expect(quota.standings(5_030)[0]?.left).toBe(1);
    quota.heard([told({ remaining: 9 })], { sentAt: 6_100, seenAt: 6_200 });
    expect(quota.standings(6_200)[0]?.left).toBe(9);
  });

  test("a limit that was seen not to refill evenly is waited for to its end", () => {
    const quota = keyTold([told({ limit: 60, remaining: 59, resetMs: 40_000, refill: "unsaid" })]);
    // Its numbers alone would be those of a bucket of 60 a minute.
    quota.heard([told({ limit: 60, remaining: 20, resetMs: 40_000, refill: "unsaid" })], { sentAt: 5, seenAt: 6 });
    quota.heard([told({ limit: 60, remaining: 0, resetMs: 30_000, refill: "unsaid" })], { sentAt: 10, seenAt: 11 });
    expect(quota.waitMs(ONE_REQUEST, 11)).toBe(30_000);
  });

  test("a limit without a reset, or with one that is not believed, is tried again by one call at a time", () => {
    const quota = keyTold([told({ ...trusted(undefined), limit: 500 })]);
    expect(quota.waitMs(ONE_REQUEST, 999)).toBe(1);
    expect(quota.waitMs(ONE_REQUEST, 1_000)).toBe(0);
    quota.sent(ONE_REQUEST, 1_000);
    expect(quota.waitMs(ONE_REQUEST, 1_001)).toBeGreaterThan(0);
  });
});

/** How a simulated provider counts. */
interface Provider {
  /** Lets a call in or not; the limits as it would tell them. */
  ask(now: number): { readonly ok: boolean; readonly limits: readonly LearnedLimit[] };
}

function bucketProvider(limit: number, windowMs: number): Provider {
  const bucket = new Bucket({ amount: limit, windowMs, burst: limit }, 0);
  return {
    ask(now) {
      const ok = bucket.waitMs(1, now) === 0;
      if (ok) bucket.take(1);
      const resetMs = bucket.waitMs(limit, now);
      return { ok, limits: [told({ limit, remaining: bucket.level(now), resetMs, refill: "unsaid" })] };
    },
  };
}

function windowProvider(limit: number, windowMs: number): Provider {
  let window = -1;
  let used = 0;
  return {
    ask(now) {
      if (Math.floor(now / windowMs) !== window) [window, used] = [Math.floor(now / windowMs), 0];
      const ok = used < limit;
      if (ok) used += 1;
      const resetMs = (window + 1) * windowMs - now;
      return { ok, limits: [told({ limit, remaining: limit - used, resetMs, refill: "at-once" })] };
    },
  };
}

interface Flying {
  readonly call: SentCall;
  readonly arrivesAt: number;
  readonly answeredAt: number;
}

/** Sends as often as the key permits, once something is known; gives how many were let in and how many refused. */
function simulate(provider: Provider, delays: readonly { readonly go: number; readonly come: number }[], ms: number) {
  const quota = new KeyQuota();
  quota.answered(quota.sent(ONE_REQUEST, 0), provider.ask(0).limits, 1);
  let flying: (Flying & { limits?: readonly LearnedLimit[] })[] = [];
  const count = { ok: 1, refused: 0 };
  let next = 0;
  for (let now = 1; now < ms; now += 1) {
    for (const one of flying.filter(({ arrivesAt }) => arrivesAt === now)) {
      const { ok, limits } = provider.ask(now);
      count[ok ? "ok" : "refused"] += 1;
      one.limits = limits;
    }
    for (const one of flying.filter(({ answeredAt }) => answeredAt === now))
      quota.answered(one.call, one.limits ?? [], now);
    flying = flying.filter(({ answeredAt }) => answeredAt > now);
    for (let burst = 0; burst < 5 && quota.waitMs(ONE_REQUEST, now) === 0; burst += 1) {
      const { go, come } = delays[(next += 1) % delays.length] ?? { go: 1, come: 1 };
      flying.push({ call: quota.sent(ONE_REQUEST, now), arrivesAt: now + go, answeredAt: now + go + come });
    }
  }
  return count;
}

describe("against a provider that counts", () => {
  // On the way there calls overtake each other by up to half a second; answers take up to three.
  const delays = fc.array(
    fc.record({ go: fc.integer({ min: 1, max: 500 }), come: fc.integer({ min: 1, max: 3_000 }) }),
    { minLength: 1, maxLength: 12 },
  );

  test("a bucket that refills evenly never refuses, and most of what it lets in is used", () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 400 }), delays, (limit, given) => {
        const { ok, refused } = simulate(bucketProvider(limit, 60_000), given, 90_000);
        expect(refused).toBe(0);
        expect(ok).toBeGreaterThan(limit);
      }),
      { numRuns: 15 },
    );
  });

  test("windows that begin anew never refuse, and are used up", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), delays, (limit, given) => {
        const { ok, refused } = simulate(windowProvider(limit, 20_000), given, 65_000);
        expect(refused).toBe(0);
        expect(ok).toBeGreaterThanOrEqual(2 * limit);
      }),
      { numRuns: 15 },
    );
  });
});
