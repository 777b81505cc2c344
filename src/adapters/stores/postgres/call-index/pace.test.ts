import { expect, test } from "vitest";
import { Pace } from "./pace.ts";

/** Rests that nobody lives to see the end of. */
const ENDLESS = 1e6;

test("who is waited for rests no more, neither now nor later", async () => {
  const pace = new Pace();
  pace.begin(ENDLESS);
  const resting = pace.breathe();
  const isOver = await Promise.race([resting.then(() => true), Promise.resolve(false)]);
  pace.hurry();
  await resting;
  await pace.breathe();
  expect(isOver).toBe(false);
});

test("without rests others have their turn all the same", async () => {
  const pace = new Pace();
  const order: string[] = [];
  setImmediate(() => order.push("another"));
  pace.begin(0);
  await pace.breathe();
  order.push("it");
  expect(order).toEqual(["another", "it"]);
});
