import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Bucket } from "./bucket.ts";

const rates = fc.record({
  amount: fc.integer({ min: 1, max: 100_000 }),
  windowMs: fc.constantFrom(1_000, 60_000, 3_600_000),
  burst: fc.integer({ min: 1, max: 2_000 }),
});
const arrivals = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.nat(20), fc.nat(5_000)),
    cost: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 3_000 })),
  }),
  { maxLength: 300 },
);

test("admits over no stretch of time more than the rate and one burst, or the dearest call", () => {
  fc.assert(
    fc.property(rates, arrivals, (rate, list) => {
      const bucket = new Bucket(rate, 0);
      const admitted: { at: number; cost: number }[] = [];
      let now = 0;
      for (const { afterMs, cost } of list) {
        now += afterMs;
        if (bucket.waitMs(cost, now) > 0) continue;
        bucket.take(cost);
        admitted.push({ at: now, cost });
      }
      for (const [first, { at: start }] of admitted.entries()) {
        let sum = 0;
        let dearest = 0;
        for (const { at, cost } of admitted.slice(first)) {
          sum += cost;
          dearest = Math.max(dearest, cost);
          const bound = (rate.amount * (at - start)) / rate.windowMs + Math.max(rate.burst, dearest);
          expect(sum).toBeLessThanOrEqual(bound + 1e-6);
        }
      }
    }),
  );
});

test("a bucket that has filled in two steps holds no part of a token beside", () => {
  const bucket = new Bucket({ amount: 10, windowMs: 60_000, burst: 1 }, 0);
  bucket.take(1);
  expect(bucket.waitMs(1, 2_253)).toBe(3_747);
  expect(bucket.waitMs(1, 6_056)).toBe(0);
  bucket.take(1);
  expect(bucket.waitMs(1, 6_056)).toBe(6_000);
});

test("what it says to wait is exactly how long it takes", () => {
  fc.assert(
    fc.property(rates, fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 50 }), (rate, costs) => {
      const bucket = new Bucket(rate, 0);
      let now = 0;
      for (const cost of costs) {
        const waitMs = bucket.waitMs(cost, now);
        if (waitMs > 0) expect(bucket.waitMs(cost, now + waitMs - 1)).toBeGreaterThan(0);
        now += waitMs;
        expect(bucket.waitMs(cost, now)).toBe(0);
        bucket.take(cost);
      }
    }),
  );
});

test("a bucket that is always asked admits the rate to the last token", () => {
  const rate = { amount: 601, windowMs: 60_000, burst: 6 };
  const bucket = new Bucket(rate, 0);
  bucket.take(6);
  let admitted = 0;
  for (let now = 0; now <= 600_000; now += 7) {
    while (bucket.waitMs(1, now) === 0) {
      bucket.take(1);
      admitted += 1;
    }
  }
  expect(admitted).toBe(6_009);
});

test("a clock that is set back refills nothing, and one that leaps ahead fills it once", () => {
  const bucket = new Bucket({ amount: 60, windowMs: 60_000, burst: 3 }, 1_000_000);
  bucket.take(3);
  expect(bucket.level(0)).toBe(0);
  expect(bucket.level(Number.MAX_SAFE_INTEGER)).toBe(3);
});

test("a change of the rate keeps what is owed and grants nothing", () => {
  const bucket = new Bucket({ amount: 60, windowMs: 60_000, burst: 10 }, 0);
  bucket.take(25);
  bucket.change({ amount: 6_000, windowMs: 60_000, burst: 100 }, 0);
  expect(bucket.level(0)).toBe(-15);
  bucket.correct(40, 0);
  expect(bucket.level(0)).toBe(25);
});
