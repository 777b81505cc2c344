import fc from "fast-check";
import { expect, test } from "vitest";
import { usdText } from "./usd-text.ts";

test.each([
  [0n, "0.0000"],
  [5_000_000_000n, "0.0050"],
  [130_000_000n, "0.00013"],
  [1_234n, "0.0000000012"],
  [7n, "0.000000000007"],
  [49_999_960_000_000n, "49.9999"],
  [100_000n * 10n ** 12n, "100000.0000"],
])("of %i pico-dollars as many decimals are written as carry something: %s", (pico, text) => {
  expect(usdText(pico, 4)).toBe(text);
});

test("what is not nothing is never written as nothing, nor as more than it is", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 10n ** 15n }), (pico) => {
      const shown = Number(usdText(pico, 4));
      expect(shown).toBeGreaterThan(0);
      expect(shown).toBeLessThanOrEqual(Number(pico) / 1e12);
      expect(shown).toBeGreaterThan((Number(pico) / 1e12) * 0.9);
    }),
  );
});
