import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { usageBody, usageOf } from "./usage-of.ts";

const count = fc.nat({ max: 10_000_000 });

describe("usage", () => {
  it("comes back the same after it was written", () => {
    const usage = fc.record({ input: count, cachedInput: count, cacheWrite: count, output: count, reasoning: count });
    fc.assert(
      fc.property(usage, (given) => {
        expect(usageOf(usageBody(given))).toEqual(given);
      }),
    );
  });

  it("counts every token once, whatever a provider says of the parts", () => {
    const details = { prompt_tokens_details: fc.record({ cached_tokens: count, cache_write_tokens: count }) };
    const body = fc.record({ prompt_tokens: count, completion_tokens: count, ...details });
    fc.assert(
      fc.property(body, count, (given, reasoning) => {
        const usage = usageOf({ ...given, completion_tokens_details: { reasoning_tokens: reasoning } });
        if (usage === null) throw new Error("There were counts.");
        expect(Math.min(...Object.values(usage))).toBeGreaterThanOrEqual(0);
        expect(usage.input + usage.cachedInput + usage.cacheWrite).toBe(given.prompt_tokens);
        const isApart = reasoning > given.completion_tokens;
        expect(usage.output + usage.reasoning).toBe(given.completion_tokens + (isApart ? reasoning : 0));
      }),
    );
  });

  it("adds reasoning where the total says that it was counted beside the completion", () => {
    const details = { completion_tokens_details: { reasoning_tokens: 5 } };
    const usage = { prompt_tokens: 1, completion_tokens: 9, ...details };
    expect(usageOf({ ...usage, total_tokens: 15 })).toMatchObject({ output: 9, reasoning: 5 });
    expect(usageOf({ ...usage, total_tokens: 10 })).toMatchObject({ output: 4, reasoning: 5 });
  });

  it.each([
    null,
    7,
    "10",
    [],
    {},
    { prompt_tokens: 1 },
    { prompt_tokens: -1, completion_tokens: 1 },
    { prompt_tokens: 0.5, completion_tokens: 1 },
  ])("is unknown when there are no counts: %j", (value) => {
    expect(usageOf(value)).toBeNull();
  });
});
