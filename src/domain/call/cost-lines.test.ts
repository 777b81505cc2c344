import * as fc from "fast-check";
import { expect, test } from "vitest";
import { costPico } from "../money/price.ts";
import type { TokenPrice } from "../money/price.ts";
import type { AttemptRecord } from "./call-record.ts";
import { billOf } from "./cost-lines.ts";

const PRICE: TokenPrice = { input: 3n, cachedInput: 1n, cacheWrite: 4n, output: 15n, reasoning: 16n, cacheWrite1h: 6n };

/** The same, and another for prompts above 500,000 tokens. */
const STEPPED: TokenPrice = {
  ...PRICE,
  steps: [{ above: 500_000, input: 6n, cachedInput: 2n, cacheWrite: 8n, output: 22n, reasoning: 24n }],
};

const attemptOf = (usage: AttemptRecord["usage"], cost: bigint): AttemptRecord => ({
  provider: "p",
  model: "m",
  startMs: 0,
  firstByteMs: null,
  endMs: 1,
  status: 200,
  error: null,
  usage,
  costPico: cost,
});

test("the lines of an attempt come to what the call was charged, for any usage", () => {
  const tokens = fc.nat({ max: 1_000_000 });
  const usage = fc.record({
    input: tokens,
    cachedInput: tokens,
    cacheWrite: tokens,
    cacheWrite1h: tokens,
    output: tokens,
    reasoning: tokens,
  });
  fc.assert(
    fc.property(usage, fc.nat(), fc.constantFrom(PRICE, STEPPED), (used, beside, price) => {
      const cost = costPico(used, price);
      const call = { attempts: [attemptOf({ ...used, estimated: false }, cost)], costPico: cost + BigInt(beside) };
      const bill = billOf(call, () => price);
      expect([bill.linesPico, bill.isRecorded, bill.otherPico]).toEqual([cost, true, BigInt(beside)]);
      for (const { count, pricePico, costPico: sum } of bill.lines) expect(BigInt(count) * (pricePico ?? 0n)).toBe(sum);
    }),
  );
});

test("where prices have changed since, the lines say so and the record stands", () => {
  const usage = { input: 10, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0, estimated: false };
  const call = { attempts: [attemptOf(usage, 99n)], costPico: 99n };
  expect(billOf(call, () => PRICE)).toMatchObject({ linesPico: 30n, isRecorded: false, otherPico: 0n });
  expect(billOf(call, () => null).lines[0]).toMatchObject({ count: 10, pricePico: null, costPico: null });
});
