import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { costPico, dearestInputPico } from "./price.ts";
import type { TokenPrice, TokenUsage } from "./price.ts";
import { SERVICE_TIERS, dearestPrice, priceAt, tiersFor, withServiceTier } from "./service-tier.ts";

const amount = fc.bigInt(0n, 100_000_000n);
const classes = fc.record({
  input: amount,
  cachedInput: amount,
  cacheWrite: amount,
  output: amount,
  reasoning: amount,
});
const prices: fc.Arbitrary<TokenPrice> = fc
  .tuple(classes, fc.record({ batch: classes, flex: classes, priority: classes }, { requiredKeys: [] }))
  .map(([standard, tiers]) => ({ ...standard, tiers }));
const tokens = fc.nat(1_000_000);
const usages: fc.Arbitrary<TokenUsage> = fc
  .tuple(
    fc.record({ input: tokens, cachedInput: tokens, cacheWrite: tokens, output: tokens, reasoning: tokens }),
    fc.option(fc.constantFrom(...SERVICE_TIERS), { nil: undefined }),
  )
  .map(([usage, tier]) => withServiceTier(usage, tier));

describe("the tier of service", () => {
  test.each([
    ["flex", { input: 1, tier: "flex" }],
    ["priority", { input: 1, tier: "priority" }],
    ["default", { input: 1 }],
    ["standard", { input: 1 }],
    ["scale", { input: 1 }],
    [undefined, { input: 1 }],
    ["__proto__", { input: 1 }],
    [7, { input: 1 }],
  ])("%s in an answer", (named, noted) => {
    expect(withServiceTier({ input: 1 }, named)).toEqual(noted);
  });

  test.each([
    ["default", []],
    ["standard_only", []],
    ["flex", ["flex"]],
    ["priority", ["priority"]],
    ["auto", SERVICE_TIERS],
    [undefined, SERVICE_TIERS],
    ["whatever comes next", SERVICE_TIERS],
  ])("%s in a request may be answered at these beside the standard", (asked, tiers) => {
    expect(tiersFor(asked)).toEqual(tiers);
  });

  test("an answer is paid at the price of the tier that it names, and at the standard where that has none", () => {
    fc.assert(
      fc.property(usages, prices, (usage, price) => {
        const own = priceAt(price, usage.tier);
        const { tier: _tier, ...plain } = usage;
        expect(costPico(usage, price)).toBe(costPico(plain, own));
      }),
    );
  });

  test("what is set aside covers an answer at any tier that may answer", () => {
    fc.assert(
      fc.property(usages, prices, fc.constantFrom("auto", "default", "flex", "priority"), (usage, price, asked) => {
        const answering = [undefined, ...tiersFor(asked)];
        fc.pre(answering.includes(usage.tier));
        const worst = dearestPrice(price, { tiers: tiersFor(asked), mostPrompt: 3_000_000 });
        const input = BigInt(usage.input + usage.cachedInput + usage.cacheWrite) * dearestInputPico(worst);
        const dearest = worst.output > worst.reasoning ? worst.output : worst.reasoning;
        const most = input + BigInt(usage.output + usage.reasoning) * dearest;
        expect(costPico(usage, price)).toBeLessThanOrEqual(most);
      }),
    );
  });
});
