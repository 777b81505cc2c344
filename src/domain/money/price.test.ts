import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { costPico, dearestInputPico, isFreePrice, unitCostPico } from "./price.ts";

const pico = fc.bigInt({ min: 0n, max: 10n ** 13n });

describe("the cost of tokens", () => {
  test("is the sum over the classes, to the pico-dollar", () => {
    const usage = { input: 1, cachedInput: 20, cacheWrite: 300, output: 4_000, reasoning: 50_000 };
    const price = { input: 7n, cachedInput: 6n, cacheWrite: 5n, output: 4n, reasoning: 3n };
    expect(costPico(usage, price)).toBe(7n + 120n + 1_500n + 16_000n + 150_000n);
  });

  test("that were written for an hour is by its own price, else by that of any other writing", () => {
    const usage = { input: 0, cachedInput: 0, cacheWrite: 300, cacheWrite1h: 100, output: 0, reasoning: 0 };
    const price = { input: 7n, cachedInput: 6n, cacheWrite: 8n, output: 4n, reasoning: 3n };
    expect(costPico(usage, { ...price, cacheWrite1h: 14n })).toBe(200n * 8n + 100n * 14n);
    expect(costPico(usage, price)).toBe(300n * 8n);
  });

  test("of input is never above the dearest of its classes", () => {
    const price = { input: 7n, cachedInput: 1n, cacheWrite: 8n, output: 4n, reasoning: 3n };
    expect([dearestInputPico(price), dearestInputPico({ ...price, cacheWrite1h: 14n })]).toEqual([8n, 14n]);
  });
});

describe("the cost of units", () => {
  test("is not known without a price of their own", () => {
    expect(unitCostPico({ unit: "image", count: 1 }, {})).toBeNull();
    expect(unitCostPico({ unit: "second", count: 1 }, { units: { image: 5n } })).toBeNull();
  });

  test("is the price of each", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), pico, (count, price) => {
        expect(unitCostPico({ unit: "image", count }, { units: { image: price } })).toBe(BigInt(count) * price);
        expect(unitCostPico({ unit: "character", count }, { units: { character: price } })).toBe(BigInt(count) * price);
      }),
    );
  });

  test("of sound is by the millisecond, never too little and by less than a pico-dollar too much", () => {
    fc.assert(
      fc.property(fc.nat(100_000_000), pico, (ms, minute) => {
        const cost = unitCostPico({ unit: "second", count: ms / 1_000 }, { units: { minute } }) ?? 0n;
        // Seconds as a fraction may lie a hair above the millisecond that they stand for.
        expect(cost * 60_000n).toBeGreaterThanOrEqual(BigInt(ms) * minute);
        expect(cost * 60_000n).toBeLessThan(BigInt(ms + 1) * minute + 60_000n);
      }),
    );
    expect(unitCostPico({ unit: "second", count: 90 }, { units: { minute: 6_000_000_000n } })).toBe(9_000_000_000n);
  });
});

test("a price is free when nothing costs anything: no class of tokens, no unit and no tier", () => {
  const nothing = { input: 0n, cachedInput: 0n, cacheWrite: 0n, output: 0n, reasoning: 0n };
  expect([nothing, { ...nothing, units: { image: 0n }, tiers: { flex: nothing } }].map(isFreePrice)).toEqual([
    true,
    true,
  ]);
  const dear = [
    { output: 1n },
    { cacheWrite1h: 1n },
    { units: { image: 1n } },
    { tiers: { flex: { ...nothing, input: 1n } } },
  ];
  expect(dear.map((more) => isFreePrice({ ...nothing, ...more }))).toEqual([false, false, false, false]);
});
