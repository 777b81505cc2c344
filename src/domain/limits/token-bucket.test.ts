import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Bucket } from "./bucket.ts";
import type { Rate } from "./limit-rule.ts";
import { TokenBucket } from "./token-bucket.ts";
import type { Reservation } from "./token-bucket.ts";

interface Admitted {
  readonly at: number;
  readonly cost: number;
  readonly endsAt: number;
  /** Reserved, until it is over; then used. */
  weight: number;
  readonly used: number;
  readonly reservation: Reservation;
}

interface Arrival {
  readonly afterMs: number;
  readonly cost: number;
  readonly lastsMs: number;
  readonly usedPart: number;
}

const rates = fc.record({
  amount: fc.integer({ min: 100, max: 20_000 }),
  windowMs: fc.constantFrom(1_000, 10_000, 60_000),
  burst: fc.integer({ min: 1, max: 2_000 }),
});
const arrivals = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.nat(20), fc.nat(3_000)),
    cost: fc.integer({ min: 1, max: 9_000 }),
    lastsMs: fc.oneof(fc.nat(100), fc.nat(90_000)),
    usedPart: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(1)),
  }),
  { maxLength: 200 },
);

/** Runs calls through a bucket; a call ends before the first that comes later. Looks after each admission. */
function replay(rate: Rate, list: readonly Arrival[], look: (all: readonly Admitted[], now: number) => void): void {
  const bucket = new TokenBucket(rate, 0);
  const all: Admitted[] = [];
  let underWay: Admitted[] = [];
  let now = 0;
  for (const { afterMs, cost, lastsMs, usedPart } of list) {
    now += afterMs;
    const over = underWay.filter(({ endsAt }) => endsAt <= now).toSorted((one, other) => one.endsAt - other.endsAt);
    underWay = underWay.filter(({ endsAt }) => endsAt > now);
    for (const call of over) {
      bucket.settle(call.reservation, call.used, call.endsAt);
      call.weight = call.used;
    }
    if (bucket.waitMs(cost, now) > 0) continue;
    const reservation = bucket.take(cost, now);
    const used = Math.floor(cost * usedPart);
    const call = { at: now, cost, endsAt: now + lastsMs, weight: cost, used, reservation };
    all.push(call);
    underWay.push(call);
    look(all, now);
  }
}

test("in any window what was used, and may be used by calls under way, stays within the rate and one burst", () => {
  fc.assert(
    fc.property(rates, arrivals, (rate, list) => {
      replay(rate, list, (all, now) => {
        const within = all.filter(({ at }) => at > now - rate.windowMs);
        const sum = within.reduce((total, { weight }) => total + weight, 0);
        const dearest = within.reduce((most, { cost }) => Math.max(most, cost), 0);
        expect(sum).toBeLessThanOrEqual(rate.amount * (1 + 1 / 256) + Math.max(rate.burst, dearest));
      });
    }),
  );
});

test("where calls use all that they reserve it admits what a plain bucket admits", () => {
  fc.assert(
    fc.property(rates, arrivals, (rate, list) => {
      const bucket = new TokenBucket(rate, 0);
      const plain = new Bucket(rate, 0);
      let now = 0;
      for (const { afterMs, cost } of list) {
        now += afterMs;
        expect(bucket.waitMs(cost, now)).toBe(plain.waitMs(cost, now));
        if (plain.waitMs(cost, now) > 0) continue;
        plain.take(cost);
        bucket.settle(bucket.take(cost, now), cost, now);
      }
    }),
  );
});

test("says how long to wait: never too short while nobody else comes, and not for ever", () => {
  fc.assert(
    fc.property(rates, arrivals, (rate, list) => {
      const bucket = new TokenBucket(rate, 0);
      let now = 0;
      for (const { cost, usedPart } of list) {
        let rounds = 0;
        for (let waitMs = bucket.waitMs(cost, now); waitMs > 0; waitMs = bucket.waitMs(cost, now)) {
          now += waitMs;
          rounds += 1;
          expect(rounds).toBeLessThan(300);
        }
        bucket.settle(bucket.take(cost, now), Math.floor(cost * usedPart), now);
      }
    }),
  );
});

const MINUTE: Rate = { amount: 300_000, windowMs: 60_000, burst: 3_000 };

/** Clients that ask again every 20 ms for ten minutes; gives tokens used in the last minute of them, and the longest wait they were told. */
function tenMinutes(
  reserved: number,
  used: number,
  lastsMs: number,
): { readonly used: number; readonly waitMs: number } {
  const bucket = new TokenBucket(MINUTE, 0);
  const underWay: { readonly endsAt: number; readonly reservation: Reservation }[] = [];
  let sum = 0;
  let longestMs = 0;
  for (let now = 0; now < 600_000; now += 20) {
    for (let [first] = underWay; first !== undefined && first.endsAt <= now; [first] = underWay) {
      bucket.settle(first.reservation, used, now);
      underWay.shift();
    }
    while (bucket.waitMs(reserved, now) === 0) {
      underWay.push({ endsAt: now + lastsMs, reservation: bucket.take(reserved, now) });
      if (now >= 540_000) sum += used;
    }
    longestMs = Math.max(longestMs, bucket.waitMs(reserved, now));
  }
  return { used: sum, waitMs: longestMs };
}

test("calls that reserve much and use little leave the rest to others", () => {
  // Beyond this the calls under way alone could exceed the rate of a minute.
  expect(tenMinutes(8_192, 300, 10_000).used / MINUTE.amount).toBeGreaterThan(0.18);
  expect(tenMinutes(8_192, 300, 1_000).used / MINUTE.amount).toBeGreaterThan(0.6);
  expect(tenMinutes(600, 300, 10_000).used / MINUTE.amount).toBeGreaterThan(0.85);
});

test("nobody is told to wait for a window to pass while calls under way may give back", () => {
  // The bucket refills by 8,192 tokens within 1,639 ms.
  expect(tenMinutes(8_192, 300, 10_000).waitMs).toBeLessThan(1_700);
});

test("what nobody used within a window is gone", () => {
  const bucket = new TokenBucket(MINUTE, 0);
  const reservation = bucket.take(10_000, 0);
  bucket.settle(reservation, 0, 10_000);
  expect(bucket.level(10_000)).toBe(13_000);
  expect(bucket.level(60_000)).toBe(13_000);
  expect(bucket.level(60_300)).toBe(3_000);
  expect(bucket.isFull(60_300)).toBe(true);
});

test("a change of the rate keeps what is owed and no spare", () => {
  const bucket = new TokenBucket(MINUTE, 0);
  bucket.settle(bucket.take(10_000, 0), 0, 5_000);
  bucket.change({ amount: 600, windowMs: 60_000, burst: 6 }, 5_000);
  expect(bucket.level(5_000)).toBe(6);
});
