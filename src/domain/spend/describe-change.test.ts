import * as fc from "fast-check";
import { expect, test } from "vitest";
import { describeChange } from "./describe-change.ts";

const centsIn = (text: string): readonly number[] =>
  [...text.matchAll(/([−+])\$(\d+)\.(\d\d)/g)].map(
    ([, sign, whole, part]) => (sign === "−" ? -1 : 1) * Number(`${whole}${part}`),
  );

test("the parts that are shown add up to the change that is shown", () => {
  const part = fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n });
  fc.assert(
    fc.property(fc.array(part, { minLength: 5, maxLength: 5 }), (parts) => {
      const [volumePico = 0n, mixPico = 0n, tokensPico = 0n, classesPico = 0n, pricePico = 0n] = parts;
      const changePico = parts.reduce((sum, one) => sum + one, 0n);
      const text = describeChange({ changePico, volumePico, mixPico, tokensPico, classesPico, pricePico }, "before");
      const [total, ...shown] = centsIn(text);
      expect(shown.reduce((sum, one) => sum + one, 0)).toBe((total ?? 0) + 0);
    }),
  );
});

test("three parts of 33.4 cents are a dollar", () => {
  const third = 334_000_000_000n;
  const text = describeChange(
    {
      changePico: 3n * third,
      volumePico: third,
      mixPico: third,
      tokensPico: third,
      classesPico: 0n,
      pricePico: 0n,
    },
    "before",
  );
  expect(centsIn(text).toSorted((one, other) => one - other)).toEqual([33, 33, 34, 100]);
});
