import * as fc from "fast-check";
import { expect, test } from "vitest";
import { costPico } from "../money/price.ts";
import type { TokenPrice, TokenUsage } from "../money/price.ts";
import { cacheSavedPico, paysToWrite } from "./pays-to-write.ts";

/** Prices of Claude Sonnet: $3 per million, reads a tenth, writes 1.25 and 2 times. */
const SONNET: TokenPrice = {
  input: 3_000_000n,
  cachedInput: 300_000n,
  cacheWrite: 3_750_000n,
  cacheWrite1h: 6_000_000n,
  output: 15_000_000n,
  reasoning: 15_000_000n,
};

test("a write for five minutes pays from 0.28 reads, one for an hour from 1.12", () => {
  expect([0.27, 0.28].map((reads) => paysToWrite(SONNET, "5m", reads))).toEqual([false, true]);
  expect([1.11, 1.12].map((reads) => paysToWrite(SONNET, "1h", reads))).toEqual([false, true]);
});

test("nothing is written where reading saves nothing, nor for an hour without a price for it", () => {
  const { cacheWrite1h: _, ...price } = SONNET;
  expect(paysToWrite({ ...SONNET, cachedInput: SONNET.input, cacheWrite: 0n }, "5m", 1_000)).toBe(false);
  expect(paysToWrite(price, "1h", 1_000)).toBe(false);
});

test("a free write pays with any read, and with none", () => {
  expect(paysToWrite({ ...SONNET, cacheWrite: SONNET.input }, "5m", 0)).toBe(true);
});

const classes = fc.record({
  input: fc.bigInt(1n, 10n ** 9n),
  cachedInput: fc.bigInt(0n, 10n ** 9n),
  cacheWrite: fc.bigInt(0n, 10n ** 10n),
  cacheWrite1h: fc.bigInt(0n, 10n ** 10n),
  output: fc.bigInt(0n, 10n ** 9n),
  reasoning: fc.bigInt(0n, 10n ** 9n),
});
const price = fc
  .tuple(classes, fc.option(fc.record({ above: fc.nat(20_000_000), own: classes })))
  .map(([own, long]): Required<Omit<TokenPrice, "units" | "tiers" | "steps">> & TokenPrice => ({
    ...own,
    ...(long !== null && { steps: [{ above: long.above, ...long.own }] }),
  }));
const tokens = fc.nat(10_000_000);
const usage = fc
  .record({ input: tokens, cachedInput: tokens, cacheWrite: tokens, output: tokens, reasoning: tokens, hours: tokens })
  .map(({ hours, ...counts }): TokenUsage => ({ ...counts, cacheWrite1h: Math.min(hours, counts.cacheWrite) }));

test("what is written and read so often costs no more than plain input exactly where it pays", () => {
  const reads = fc.integer({ min: 0, max: 1_000 });
  fc.assert(
    fc.property(price, fc.constantFrom("5m", "1h"), reads, (prices, ttl, times) => {
      fc.pre(prices.input > prices.cachedInput);
      const write = ttl === "5m" ? prices.cacheWrite : prices.cacheWrite1h;
      const kept = write + BigInt(times) * prices.cachedInput;
      expect(paysToWrite(prices, ttl, times)).toBe(kept <= BigInt(times + 1) * prices.input);
    }),
  );
});

test("what was saved and what was paid is what plain input would have cost, to the last pico-dollar", () => {
  fc.assert(
    fc.property(usage, price, (counts, prices) => {
      const input = counts.input + counts.cachedInput + counts.cacheWrite;
      const plain = costPico({ ...counts, input, cachedInput: 0, cacheWrite: 0, cacheWrite1h: 0 }, prices);
      expect(cacheSavedPico(counts, prices) + costPico(counts, prices)).toBe(plain);
    }),
  );
});

test("reads save what they are cheaper, writes cost what they are dearer", () => {
  const counts = { input: 100, cachedInput: 1_000, cacheWrite: 300, cacheWrite1h: 200, output: 5, reasoning: 0 };
  expect(cacheSavedPico(counts, SONNET)).toBe(1_000n * 2_700_000n - 100n * 750_000n - 200n * 3_000_000n);
});
