import { expect, test } from "vitest";
import { isBroken, median } from "./verdict.ts";

const run = (hits: number, wrong: number) => ({ requests: 1_000, hits, wrong, judged: 0 });

test("runs within the bound, and runs without hits, break nothing", () => {
  expect(isBroken([run(0, 0), run(0, 0), run(0, 0)], 0.05)).toBe(false);
  expect(isBroken([run(200, 4), run(300, 12), run(100, 5)], 0.05)).toBe(false);
});

test("one run of three may contradict the bound by chance, two may not", () => {
  expect(isBroken([run(200, 40), run(300, 3), run(300, 3)], 0.05)).toBe(false);
  expect(isBroken([run(200, 40), run(200, 40), run(300, 3)], 0.05)).toBe(true);
  expect(isBroken([run(200, 40)], 0.05)).toBe(true);
});

test("a middle run above the bound breaks it, however few its hits", () => {
  expect(isBroken([run(30, 2), run(30, 2), run(30, 0)], 0.05)).toBe(true);
});

test("the median of an even number of values lies between the two in the middle", () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
});
