import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Condition, EvaluationContext } from "../../src/domain/flags/condition.ts";
import { drawUnit } from "../../src/domain/flags/draw-unit.ts";
import { Evaluator } from "../../src/domain/flags/evaluator.ts";
import type { Flag, FlagRule, VariantShare } from "../../src/domain/flags/flag.ts";
import { variantAt } from "../../src/domain/flags/variant-at.ts";
import { flagOf, is, ruleOf, termsOf } from "../fixtures/flag-samples.ts";

const NAMES = ["a", "b", "c", "d", "e", "f"] as const;

const withNames = (shares: readonly number[]): readonly VariantShare[] =>
  shares.map((share, index) => ({ variant: NAMES[index] ?? "z", share }));

/** Whole per mille that add up to 1000, so that sums are exact enough to be compared. */
const shares = (count: number): fc.Arbitrary<readonly number[]> =>
  fc
    .array(fc.nat({ max: 1_000 }), { minLength: count - 1, maxLength: count - 1 })
    .map((cuts) => [0, ...cuts.toSorted((a, b) => a - b), 1_000])
    .map((cuts) => cuts.slice(1).map((cut, index) => (cut - (cuts[index] ?? 0)) / 1_000));

const anyShares = fc.integer({ min: 1, max: 6 }).chain(shares);

/** Points so even that their number in a set is its measure. */
const POINTS = Array.from({ length: 6_000 }, (_, index) => (index + 0.5) / 6_000);

const point = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("the variants of a split", () => {
  test("get exactly their shares", () => {
    fc.assert(
      fc.property(anyShares, (parts) => {
        const split = withNames(parts);
        const counts = new Map<string, number>();
        for (const at of POINTS) {
          const variant = variantAt(at, split);
          counts.set(variant, (counts.get(variant) ?? 0) + 1);
        }
        for (const { variant, share } of split) {
          const part = (counts.get(variant) ?? 0) / POINTS.length;
          // Each edge of each variant can lie within one step of the points.
          expect(Math.abs(part - share)).toBeLessThan(14 / POINTS.length);
          if (share === 0) expect(part).toBe(0);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("two of them: whichever grows, nobody leaves it", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, point, (one, other, at) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        if (variantAt(at, withNames([less, 1 - less])) === "a") {
          expect(variantAt(at, withNames([more, 1 - more]))).toBe("a");
        }
        if (variantAt(at, withNames([1 - less, less])) === "b") {
          expect(variantAt(at, withNames([1 - more, more]))).toBe("b");
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("many of them: growing at the cost of the largest moves nobody but from the largest", () => {
    // Each of the others has at most its equal part before and after, and one, anywhere, has the rest.
    const growth = fc.integer({ min: 3, max: 6 }).chain((count) =>
      fc.record({
        rest: fc.integer({ min: 0, max: count - 1 }),
        parts: fc.array(
          fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
          {
            minLength: count,
            maxLength: count,
          },
        ),
      }),
    );
    const sharesOf = (parts: readonly number[], rest: number): readonly VariantShare[] => {
      const others = parts.map((part, index) => (index === rest ? 0 : part / parts.length));
      const left = 1 - others.reduce((sum, one) => sum + one, 0);
      return withNames(others.map((one, index) => (index === rest ? left : one)));
    };
    fc.assert(
      fc.property(growth, point, ({ rest, parts }, at) => {
        const before = sharesOf(
          parts.map(([a, b]) => Math.min(a, b)),
          rest,
        );
        const after = sharesOf(
          parts.map(([a, b]) => Math.max(a, b)),
          rest,
        );
        const was = variantAt(at, before);
        if (was !== NAMES[rest]) expect(variantAt(at, after)).toBe(was);
      }),
      { numRuns: 2_000 },
    );
  });
});

const UNITS = fc.string({ minLength: 1, maxLength: 40 });

test("a percentage that grows keeps everybody who is in, each with the same variant, however many variants there are", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.tuple(share, share), anyShares, UNITS, ([one, other], parts, unit) => {
      const variants = new Map([...NAMES.map((name) => [name, name] as const), ["off", "off"] as const]);
      const serve = withNames(parts);
      const variantWith = (exposure: number): string | undefined => {
        const flag = flagOf("it", { type: "string", variants, rules: [ruleOf({ exposure, serve })] });
        return new Evaluator(termsOf([flag]), { targetingKey: unit }).evaluate("it")?.variant;
      };
      const before = variantWith(Math.min(one, other));
      if (before !== "off") expect(variantWith(Math.max(one, other))).toBe(before);
    }),
    { numRuns: 500 },
  );
});

test("draws have 53 bits, are spread evenly, and tell nothing of each other", () => {
  const exposure = Array.from({ length: 4_000 }, (_, index) => drawUnit("flag", "exposure", `user-${index}`));
  const variant = Array.from({ length: 4_000 }, (_, index) => drawUnit("flag", "variant", `user-${index}`));
  // Fixed names, so always the same numbers: within four standard errors of what chance gives.
  for (const draws of [exposure, variant]) {
    expect(draws.every((draw) => draw >= 0 && draw < 1)).toBe(true);
    expect(draws.some((draw) => (draw * 2 ** 32) % 1 !== 0)).toBe(true);
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 / Math.sqrt(12 * draws.length));
  }
  const products = exposure.map((draw, index) => (draw - 0.5) * ((variant[index] ?? 0) - 0.5) * 12);
  const correlation = products.reduce((sum, one) => sum + one, 0) / products.length;
  expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(products.length));
});

const condition: fc.Arbitrary<Condition | null> = fc.oneof(
  fc.constant(null),
  fc.constantFrom(is("a", "x"), is("a.b", "x"), is("__proto__", "x"), { type: "segment", name: "s" } as const),
  fc.record({
    type: fc.constant("not" as const),
    of: fc.constantFrom(is("a", "x"), { type: "segment", name: "s" } as const),
  }),
);

const rule: fc.Arbitrary<FlagRule> = fc.record({
  name: fc.string({ minLength: 1, maxLength: 8 }),
  when: condition,
  environments: fc.constantFrom(null, ["production"], ["staging"]),
  window: fc.constantFrom({ from: null, until: null }, { from: 10, until: 20 }),
  exposure: fc.oneof(
    fc.constantFrom(0, 1),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.constant([{ at: 5, share: 0.5 }]),
  ),
  stickiness: fc.constantFrom(null, "a", "a.b"),
  serve: fc.oneof(fc.constantFrom("a", "b"), anyShares.map(withNames)),
});

const flags: fc.Arbitrary<readonly Flag[]> = fc
  .array(
    fc.record({
      rules: fc.array(rule, { maxLength: 4 }),
      needs: fc.array(fc.record({ flag: fc.constantFrom("f0", "f1", "f2", "gone"), variants: fc.constant(["a"]) }), {
        maxLength: 2,
      }),
      window: fc.constantFrom({ from: null, until: null }, { from: 10, until: null }),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((all) =>
    all.map(({ rules, needs, window }, index) =>
      flagOf(`f${index}`, {
        type: "string",
        variants: new Map(NAMES.map((name) => [name, name])),
        defaultVariant: "b",
        offVariant: "c",
        rules,
        prerequisites: needs,
        window,
      }),
    ),
  );

const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, one]) => [key, reversed(one)]),
  );
};

test("every JSON context gives exactly one variant, the same each time, whatever the order of its keys", () => {
  const attribute = fc.oneof(fc.constantFrom("x", "y"), fc.jsonValue({ maxDepth: 3 }));
  const context = fc.oneof(
    fc.dictionary(fc.constantFrom("a", "targetingKey", "__proto__", "constructor", "a.b"), attribute),
    fc.dictionary(fc.string(), attribute),
  );
  fc.assert(
    fc.property(flags, context, fc.nat({ max: 30 }), (all, object, now) => {
      const given = JSON.parse(JSON.stringify(object)) as EvaluationContext;
      const turned = reversed(given) as EvaluationContext;
      const segments = new Map<string, Condition>([["s", is("a", "y")]]);
      const terms = termsOf(all, { now, segments, isKilled: (key) => key === "f2" && now > 25 });
      for (const { key } of all) {
        const evaluation = new Evaluator(terms, given).evaluate(key);
        expect(NAMES).toContain(evaluation?.variant);
        expect(evaluation?.value).toBe(evaluation?.variant);
        expect(evaluation?.error === null).toBe(evaluation?.reason !== "ERROR");
        expect(new Evaluator(terms, turned).evaluate(key)).toEqual(evaluation);
      }
      // However many are asked for together, and in which order, each is what it is alone.
      const together = new Evaluator(terms, given);
      const backwards = all.toReversed().map(({ key }) => together.evaluate(key));
      const hasCircle = backwards.some((one) => one?.error?.code === "GENERAL");
      if (!hasCircle) {
        expect(backwards).toEqual(all.toReversed().map(({ key }) => new Evaluator(terms, given).evaluate(key)));
      }
    }),
    { numRuns: 500 },
  );
});
