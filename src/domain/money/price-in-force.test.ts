import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { costPico, dearestInputPico, inputCostPico, isFreePrice } from "./price.ts";
import type { ClassPrice, PriceStep, TokenPrice, TokenUsage } from "./price.ts";
import { priceInForce, promptTokens, stepAbove } from "./price-in-force.ts";
import { dearestPrice, SERVICE_TIERS, tiersFor, withServiceTier } from "./service-tier.ts";

const amount = fc.bigInt(0n, 100_000_000n);
const classes: fc.Arbitrary<ClassPrice> = fc
  .tuple(
    fc.record({ input: amount, cachedInput: amount, cacheWrite: amount, output: amount, reasoning: amount }),
    fc.option(amount),
  )
  .map(([own, hour]) => ({ ...own, ...(hour !== null && { cacheWrite1h: hour }) }));

const steps: fc.Arbitrary<readonly PriceStep[]> = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 1_000_000 }), classes), {
    minLength: 1,
    maxLength: 3,
    selector: ([above]) => above,
  })
  .map((all) => all.toSorted(([one], [other]) => one - other).map(([above, own]) => ({ above, ...own })));

const stepped: fc.Arbitrary<TokenPrice> = fc
  .tuple(classes, fc.option(steps))
  .map(([own, long]) => ({ ...own, ...(long !== null && { steps: long }) }));

const prices: fc.Arbitrary<TokenPrice> = fc
  .tuple(stepped, fc.record({ batch: stepped, flex: stepped, priority: stepped }, { requiredKeys: [] }))
  .map(([standard, tiers]) => ({ ...standard, tiers }));

/** A prompt of exactly so many tokens, in any mixture of its classes. */
const promptOf = (length: number) =>
  fc.tuple(fc.nat(length), fc.nat(length), fc.nat(length)).map(([one, other, hours]) => {
    const [low, high] = one < other ? [one, other] : [other, one];
    const cacheWrite = length - high;
    return { input: low, cachedInput: high - low, cacheWrite, cacheWrite1h: Math.min(hours, cacheWrite) };
  });

const answers = fc.record({ output: fc.nat(100_000), reasoning: fc.nat(100_000) });
const tiers = fc.option(fc.constantFrom(...SERVICE_TIERS), { nil: undefined });

const usages: fc.Arbitrary<TokenUsage> = fc
  .tuple(fc.nat(1_200_000).chain(promptOf), answers, tiers)
  .map(([prompt, answer, tier]) => withServiceTier({ ...prompt, ...answer }, tier));

/** What tokens come to at one price per class, without a look at anything else. */
const plainly = ({ cacheWrite, cacheWrite1h = 0, ...usage }: TokenUsage, price: ClassPrice): bigint =>
  BigInt(usage.input) * price.input +
  BigInt(usage.cachedInput) * price.cachedInput +
  BigInt(cacheWrite - cacheWrite1h) * price.cacheWrite +
  BigInt(cacheWrite1h) * (price.cacheWrite1h ?? price.cacheWrite) +
  BigInt(usage.output) * price.output +
  BigInt(usage.reasoning) * price.reasoning;

describe("the price of long prompts", () => {
  test("begins one token above its step, for every token of the call and to the last pico-dollar", () => {
    const edge = fc.tuple(steps, classes).chain(([long, first]) =>
      fc
        .nat(long.length - 1)
        .chain((at) => fc.tuple(promptOf(long[at]!.above), promptOf(long[at]!.above + 1)).map((at2) => ({ at, at2 })))
        .map(({ at, at2: [under, over] }) => ({ long, first, at, under, over })),
    );
    fc.assert(
      fc.property(edge, answers, ({ long, first, at, under, over }, answer) => {
        const price: TokenPrice = { ...first, steps: long };
        const before = at === 0 ? first : long[at - 1]!;
        expect(costPico({ ...under, ...answer }, price)).toBe(plainly({ ...under, ...answer }, before));
        expect(costPico({ ...over, ...answer }, price)).toBe(plainly({ ...over, ...answer }, long[at]!));
        expect([stepAbove(price, under), stepAbove(price, over)]).toEqual([long[at - 1]?.above, long[at]!.above]);
      }),
    );
  });

  test("is that of the tier that answered, and of the standard one where that has no price", () => {
    fc.assert(
      fc.property(usages, prices, (usage, price) => {
        const own = (usage.tier === undefined ? undefined : price.tiers?.[usage.tier]) ?? price;
        const longest = (own.steps ?? []).filter(({ above }) => promptTokens(usage) > above).at(-1);
        expect(costPico(usage, price)).toBe(plainly(usage, longest ?? own));
        expect(stepAbove(price, usage)).toBe(longest?.above);
      }),
    );
  });

  test("does not depend on the answer: one that is longer never costs less", () => {
    fc.assert(
      fc.property(usages, prices, answers, (usage, price, more) => {
        const longer = {
          ...usage,
          output: usage.output + more.output,
          reasoning: usage.reasoning + more.reasoning,
        };
        expect(costPico(longer, price)).toBeGreaterThanOrEqual(costPico(usage, price));
        expect(inputCostPico(longer, price)).toBe(inputCostPico(usage, price));
        expect(priceInForce(price, longer)).toBe(priceInForce(price, usage));
      }),
    );
  });

  test("is set aside whenever the prompt may be so long: what is reserved covers every usage that it allows", () => {
    const asked = fc.tuple(fc.constantFrom("auto", "default", "flex", "priority"), fc.nat(5));
    fc.assert(
      fc.property(usages, prices, asked, (usage, price, [tier, spare]) => {
        fc.pre([undefined, ...tiersFor(tier)].includes(usage.tier));
        const mostPrompt = promptTokens(usage) + spare;
        const worst = dearestPrice(price, { tiers: tiersFor(tier), mostPrompt });
        const dearestAnswer = worst.output > worst.reasoning ? worst.output : worst.reasoning;
        const reserved =
          BigInt(mostPrompt) * dearestInputPico(worst) + BigInt(usage.output + usage.reasoning) * dearestAnswer;
        expect(costPico(usage, price)).toBeLessThanOrEqual(reserved);
      }),
    );
  });
});

const FIRST: ClassPrice = { input: 2n, cachedInput: 1n, cacheWrite: 3n, output: 10n, reasoning: 10n };
const DEAR: ClassPrice = { input: 4n, cachedInput: 2n, cacheWrite: 6n, output: 15n, reasoning: 15n };

test("nothing more is set aside where the prompt cannot be so long", () => {
  const price = { ...FIRST, steps: [{ above: 200_000, ...DEAR }] };
  const outputs = [200_000, 200_001].map((mostPrompt) => dearestPrice(price, { tiers: [], mostPrompt }).output);
  expect(outputs).toEqual([10n, 15n]);
});

test("what a cheaper step would save is not counted on before the prompt has been counted", () => {
  const price = { ...DEAR, steps: [{ above: 200_000, ...FIRST }] };
  expect(dearestPrice(price, { tiers: [], mostPrompt: 900_000 })).toEqual(DEAR);
});

test("a model that costs something above a length only is not free", () => {
  const nothing = { input: 0n, cachedInput: 0n, cacheWrite: 0n, output: 0n, reasoning: 0n };
  expect(isFreePrice({ ...nothing, steps: [{ above: 5, ...nothing }] })).toBe(true);
  expect(isFreePrice({ ...nothing, steps: [{ above: 5, ...nothing, output: 1n }] })).toBe(false);
});
