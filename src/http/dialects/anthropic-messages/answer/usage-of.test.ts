import { expect, test } from "vitest";
import { usageOf } from "./usage-of.ts";

test.each([
  ["priority", "priority"],
  ["batch", "batch"],
  ["standard", undefined],
  [null, undefined],
])("the tier %j of an answer is known at its end, wherever it was told", (named, tier) => {
  const begun = usageOf({ input_tokens: 10, output_tokens: 1, service_tier: named });
  expect(usageOf({ output_tokens: 7 }, begun)).toEqual({
    input: 10,
    cachedInput: 0,
    cacheWrite: 0,
    output: 7,
    reasoning: 0,
    ...(tier !== undefined && { tier }),
  });
});
