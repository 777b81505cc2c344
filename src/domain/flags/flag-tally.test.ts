import { expect, test } from "vitest";
import { FlagTally } from "./flag-tally.ts";

test("counts by flag and variant, and remembers the first and the last time", () => {
  const tally = new FlagTally();
  tally.note("a", "on", 5);
  tally.note("a", "on", 9);
  tally.note("a", "off", 7);
  const counts = [
    { flag: "a", variant: "on", evaluations: 2, firstAt: 5, lastAt: 9 },
    { flag: "a", variant: "off", evaluations: 1, firstAt: 7, lastAt: 7 },
  ];
  expect(tally.peek()).toEqual(counts);
  expect(tally.take()).toEqual(counts);
  expect(tally.take()).toEqual([]);
});

test("what could not be written is added to what came meanwhile", () => {
  const tally = new FlagTally();
  tally.note("a", "on", 5);
  const taken = tally.take();
  tally.note("a", "on", 9);
  tally.giveBack([...taken, { flag: "b", variant: "off", evaluations: 3, firstAt: 1, lastAt: 2 }]);
  expect(tally.take()).toEqual([
    { flag: "a", variant: "on", evaluations: 2, firstAt: 5, lastAt: 9 },
    { flag: "b", variant: "off", evaluations: 3, firstAt: 1, lastAt: 2 },
  ]);
});

test("is bounded", () => {
  const tally = new FlagTally();
  for (let index = 0; index < 100_010; index += 1) tally.note(`flag-${index}`, "on", 1);
  expect(tally.peek()).toHaveLength(100_000);
  tally.note("flag-0", "on", 2);
  expect(tally.peek()[0]).toMatchObject({ evaluations: 2 });
});
