import { expect, test } from "vitest";
import { impatienceOf, leastWindowMs } from "./impatience-of.ts";

const within = (withinMs: number) => ({ window: { turns: 1, withinMs } });

test("a window that is shorter than a call of either release is spoken of, in both durations", () => {
  expect(impatienceOf(within(120_000), [60_000, 600_000])).toMatch(/after 2 min .* may take 10 min/);
  expect(impatienceOf(within(600_000), [60_000, 600_000])).toBeNull();
  expect(impatienceOf(within(1), [])).toBeNull();
});

test("the least window leaves time to close the books of a call that had all of its own", () => {
  expect(impatienceOf(within(leastWindowMs(600_000)), [600_000])).toBeNull();
  expect(leastWindowMs(600_000)).toBeGreaterThan(600_000);
});
