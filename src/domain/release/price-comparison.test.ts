import { expect, test } from "vitest";
import { factsOf, releaseOf } from "../../../test/contracts/store-samples.ts";
import { comparePrices, priceWords, usagesOf } from "./price-comparison.ts";

const price = (input: bigint, output: bigint) => ({
  input,
  cachedInput: input / 10n,
  cacheWrite: input,
  output,
  reasoning: output,
});
const PRICES: Readonly<Record<string, ReturnType<typeof price>>> = {
  cheap: price(1_000_000n, 2_000_000n),
  dear: price(3_000_000n, 6_000_000n),
};
const priceOf = ({ model }: { readonly model: string }) => PRICES[model] ?? null;

const content = (model: string) => ({ ...releaseOf("bot", "").content, models: [{ provider: "p", model }] });
const usage = (input: number, cachedInput: number, output: number) => ({
  input,
  cachedInput,
  cacheWrite: 0,
  output,
  reasoning: 0,
});

test("two releases are priced for the same recorded tokens, exactly", () => {
  const compared = comparePrices(
    { before: content("cheap"), after: content("dear") },
    [usage(100, 0, 50), usage(0, 1_000, 25)],
    priceOf,
  );
  // 100 + 2·50 = 200 and 0.1·1000 + 2·25 = 150 millionths of a dollar: 175 on average.
  expect(compared.before.perThousand).toBe(175_000_000_000n);
  expect(compared).toMatchObject({ calls: 2, change: 2, mean: { input: 50, cachedInput: 500, output: 37.5 } });
  expect(priceWords(compared, 7)).toBe(
    "$0.1750 → $0.5250 per 1,000 calls (+200.0 %), for the same tokens as 2 recorded calls of the last 7 days.",
  );
});

test("what is not known is not guessed", () => {
  const words = (before: string | null, after: string, calls: number): string =>
    priceWords(
      comparePrices(
        { before: before === null ? null : content(before), after: content(after) },
        Array.from({ length: calls }, () => usage(1, 0, 1)),
        priceOf,
      ),
      7,
    );
  expect(words("cheap", "dear", 0)).toContain("no calls with counted tokens were recorded in the last 7 days");
  expect(words("cheap", "nobody", 1)).toBe("unknown: nothing is known of the price of p/nobody.");
  expect(words("nobody", "cheap", 1)).toBe(
    "$0.0030 per 1,000 calls, for the same tokens as 1 recorded call of the last 7 days.",
  );
  expect(words("cheap", "cheap", 2)).toContain("$0.0030 per 1,000 calls with either");
  expect(words(null, "cheap", 2)).toContain("$0.0030 per 1,000 calls, for");
});

test("only answered calls with counted tokens are looked at", () => {
  const calls = [factsOf(), factsOf({ outcome: "failed" }), factsOf({ usage: null })];
  expect(usagesOf(calls)).toHaveLength(1);
});
