import { describe, expect, test } from "vitest";
import { KeyRates } from "./key-rates.ts";

const RATE = { amount: 2, windowMs: 1_000, burst: 2 };

describe("the rates of keys", () => {
  test("let each key in so often, and say when it may come again", () => {
    const rates = new KeyRates();
    const admit = (key: string, now: number): number => rates.admit(key, RATE, { now });
    expect([admit("a", 0), admit("a", 0), admit("a", 0), admit("b", 0)]).toEqual([0, 0, 500, 0]);
    expect(admit("a", 500)).toBe(0);
  });

  test("count what comes at once as often, and let in what is dearer than all that one may have saved", () => {
    const rates = new KeyRates();
    expect(rates.admit("a", RATE, { now: 0, cost: 10 })).toBe(0);
    expect(rates.admit("a", RATE, { now: 0 })).toBe(4_500);
  });

  test("bound nobody without a rate, and go on with a new one", () => {
    const rates = new KeyRates();
    expect([rates.admit("a", null, { now: 0 }), rates.admit("a", undefined, { now: 0 })]).toEqual([0, 0]);
    rates.admit("a", RATE, { now: 0, cost: 2 });
    expect(rates.admit("a", { amount: 100, windowMs: 1_000, burst: 100 }, { now: 0 })).toBe(10);
  });
});
