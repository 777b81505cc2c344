import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attributeSpend } from "./attribute-spend.ts";
import { forecastSpend } from "./forecast-spend.ts";
import { spendAnomaly, spendBaseline } from "./spend-anomaly.ts";
import { spendPico, TOKEN_CLASSES } from "./spend.ts";
import type { ClassSpend, ModelSpend, Spend, TokenClass } from "./spend.ts";

const pico = (most = 10n ** 15n): fc.Arbitrary<bigint> => fc.bigInt({ min: 0n, max: most });

const classSpend: fc.Arbitrary<ClassSpend> = fc
  .record({ tokens: fc.integer({ min: 0, max: 1_000_000_000 }), pricePico: pico(100_000_000n) })
  .map(({ tokens, pricePico }) => ({ tokens, costPico: BigInt(tokens) * pricePico }));

const modelSpend: fc.Arbitrary<ModelSpend> = fc.record({
  calls: fc.integer({ min: 0, max: 1_000_000 }),
  classes: fc.record(
    Object.fromEntries(TOKEN_CLASSES.map((each) => [each, classSpend])) as Record<TokenClass, typeof classSpend>,
  ),
  otherPico: pico(),
  savedPico: pico(),
});

const spend: fc.Arbitrary<Spend> = fc
  .array(fc.tuple(fc.constantFrom("a/x", "a/y", "b/x", "b/y"), modelSpend), { maxLength: 4 })
  .map((entries) => new Map(entries));

/** A model of which a call has so many tokens of input at so many pico-dollars, and nothing else. */
const model = (calls: number, tokensPerCall: number, pricePico: bigint): ModelSpend => {
  const none = { tokens: 0, costPico: 0n };
  const tokens = calls * tokensPerCall;
  const input = { tokens, costPico: BigInt(tokens) * pricePico };
  return {
    calls,
    classes: { input, cachedInput: none, cacheWrite: none, output: none, reasoning: none },
    otherPico: 0n,
    savedPico: 0n,
  };
};

describe("why spend changed", () => {
  test("the parts add up to the change, to the last pico-dollar", () => {
    fc.assert(
      fc.property(spend, spend, (before, after) => {
        const { changePico, volumePico, mixPico, tokensPico, classesPico, pricePico } = attributeSpend(before, after);
        expect(changePico).toBe(spendPico(after) - spendPico(before));
        expect(volumePico + mixPico + tokensPico + classesPico + pricePico).toBe(changePico);
      }),
    );
  });

  test("nothing changed for no reason", () => {
    fc.assert(
      fc.property(spend, (same) => {
        const { changePico, ...parts } = attributeSpend(same, same);
        expect(changePico).toBe(0n);
        // Without any call there is no rate to scale by; what was spent then stays unexplained in pairs that cancel.
        const hasCalls = [...same.values()].every(({ calls }) => calls > 0);
        if (hasCalls) expect(new Set(Object.values(parts))).toEqual(new Set([0n]));
      }),
    );
  });

  test.each([
    ["volumePico", model(100, 50, 10n), model(150, 50, 10n)],
    ["tokensPico", model(100, 50, 10n), model(100, 75, 10n)],
    ["pricePico", model(100, 50, 10n), model(100, 50, 15n)],
  ] as const)("%s is what changed when nothing else did", (part, before, after) => {
    const parts = attributeSpend(new Map([["a/x", before]]), new Map([["a/x", after]]));
    const none = { volumePico: 0n, mixPico: 0n, tokensPico: 0n, classesPico: 0n, pricePico: 0n };
    expect(parts).toEqual({ ...none, changePico: 25_000n, [part]: 25_000n });
  });

  test("the same calls at a dearer model are mix, and a lost cache is classes", () => {
    const cheap = model(100, 50, 10n);
    const dear = model(0, 50, 100n);
    const moved = attributeSpend(
      new Map([
        ["a/cheap", cheap],
        ["a/dear", model(100, 50, 100n)],
      ]),
      new Map([
        ["a/cheap", model(50, 50, 10n)],
        ["a/dear", model(150, 50, 100n)],
      ]),
    );
    expect(moved).toMatchObject({ volumePico: 0n, mixPico: 225_000n, tokensPico: 0n, pricePico: 0n });
    const warm = {
      ...dear,
      calls: 10,
      classes: {
        ...dear.classes,
        input: { tokens: 100, costPico: 1_000n },
        cachedInput: { tokens: 900, costPico: 900n },
      },
    };
    const cold = {
      ...warm,
      classes: {
        ...warm.classes,
        input: { tokens: 1_000, costPico: 10_000n },
        cachedInput: { tokens: 0, costPico: 0n },
      },
    };
    const lost = attributeSpend(new Map([["a/x", warm]]), new Map([["a/x", cold]]));
    expect(lost).toMatchObject({ volumePico: 0n, mixPico: 0n, tokensPico: 0n, classesPico: 8_100n, pricePico: 0n });
  });
});

const USD = 10n ** 12n;

describe("an hour that is too dear", () => {
  test("is found against the same hour of previous days, whatever one mad day was like", () => {
    const baseline = spendBaseline([10n * USD, 11n * USD, 9n * USD, 10n * USD, 500n * USD]);
    expect(baseline).toMatchObject({ medianPico: 10n * USD, days: 5 });
    expect(spendAnomaly(15n * USD, baseline)).toBeNull();
    expect(spendAnomaly(16n * USD, baseline)).toMatchObject({ ratio: 1.6 });
  });

  test("is not found where hours differ much anyway, before there are days to compare, or for pennies", () => {
    expect(spendAnomaly(20n * USD, spendBaseline([1n * USD, 10n * USD, 19n * USD]))).toBeNull();
    expect(spendAnomaly(500n * USD, spendBaseline([1n * USD, 1n * USD]))).toBeNull();
    expect(spendAnomaly(USD / 20n, spendBaseline([0n, 0n, 0n]))).toBeNull();
    expect(spendAnomaly(USD, spendBaseline([0n, 0n, 0n]))).toMatchObject({ ratio: Number.POSITIVE_INFINITY });
  });

  test("needs more than the ratio, and the ratio grows with what was spent", () => {
    fc.assert(
      fc.property(fc.array(pico(), { minLength: 3, maxLength: 30 }), pico(), pico(), (days, one, more) => {
        const baseline = spendBaseline(days);
        const found = spendAnomaly(one, baseline);
        if (found !== null) expect(spendAnomaly(one + more, baseline)).not.toBeNull();
        expect(spendAnomaly(baseline?.medianPico ?? 0n, baseline)).toBeNull();
      }),
    );
  });
});

describe("the forecast", () => {
  test("adds the days left at the mean of the days seen, between the cheapest and the dearest", () => {
    const dailyPico = [4n * USD, 2n * USD];
    expect(forecastSpend({ spentPico: 10n * USD, dailyPico, leftMs: 5 * 86_400_000 })).toEqual({
      spentPico: 10n * USD,
      expectedPico: 25n * USD,
      lowPico: 20n * USD,
      highPico: 30n * USD,
      days: 2,
    });
    expect(forecastSpend({ spentPico: 10n, dailyPico: [], leftMs: 1 })).toBeNull();
  });

  test("is never below what was spent, and in order", () => {
    fc.assert(
      fc.property(
        pico(),
        fc.array(pico(), { minLength: 1 }),
        fc.integer({ max: 40 * 86_400_000 }),
        (spentPico, dailyPico, leftMs) => {
          const forecast = forecastSpend({ spentPico, dailyPico, leftMs });
          if (forecast === null) throw new Error("A day was seen.");
          const { lowPico, expectedPico, highPico } = forecast;
          expect(lowPico >= spentPico && expectedPico >= lowPico && highPico >= expectedPico).toBe(true);
        },
      ),
    );
  });
});
