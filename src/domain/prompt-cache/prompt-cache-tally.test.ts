import * as fc from "fast-check";
import { expect, test } from "vitest";
import { PromptCacheTally } from "./prompt-cache-tally.ts";

const PRICE = { input: 10n, cachedInput: 1n, cacheWrite: 12n, output: 50n, reasoning: 50n };
const NOTHING = { input: 0, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 };

test("adds up what each endpoint, release and model have had, whatever came before", () => {
  const slot = fc.record({
    endpoint: fc.constantFrom("bot", "faq"),
    release: fc.constantFrom("bot@1", "bot@2"),
    model: fc.constantFrom("sim/a", "sim/b"),
  });
  const use = fc.record({ slot, cachedInput: fc.nat(1_000), marks: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(use), (uses) => {
      const tally = new PromptCacheTally();
      const wanted = new Map<string, readonly [calls: number, read: number, marks: number]>();
      for (const { slot: where, cachedInput, marks } of uses) {
        tally.add(where, { usage: { ...NOTHING, cachedInput }, price: PRICE, marks });
        const [calls, read, marked] = wanted.get(JSON.stringify(where)) ?? [0, 0, 0];
        wanted.set(JSON.stringify(where), [calls + 1, read + cachedInput, marked + marks]);
      }
      const sums = tally
        .sums()
        .map(({ endpoint, release, model, calls, readTokens, marks }) => [
          JSON.stringify({ endpoint, release, model }),
          [calls, readTokens, marks],
        ]);
      expect(new Map(sums as [string, readonly [number, number, number]][])).toEqual(wanted);
    }),
  );
});
