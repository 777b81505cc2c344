import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Pace } from "./pace.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

/** A piece of work of so many milliseconds, and whether its rest is over. */
function worked(pace: Pace, ms: number): () => Promise<boolean> {
  vi.advanceTimersByTime(ms);
  let isOver = false;
  void pace.breathe().then(() => (isOver = true));
  return async () => {
    for (let turn = 0; turn < 3; turn += 1) await Promise.resolve();
    return isOver;
  };
}

test("it rests so many times as long as it has worked", async () => {
  const pace = new Pace();
  pace.begin(3);
  for (const piece of [10, 2]) {
    const isOver = worked(pace, piece);
    vi.advanceTimersByTime(3 * piece - 1);
    expect(await isOver()).toBe(false);
    vi.advanceTimersByTime(1);
    expect(await isOver()).toBe(true);
  }
});

test("no rest is longer than a second", async () => {
  const pace = new Pace();
  pace.begin(7);
  const isOver = worked(pace, 14_000);
  vi.advanceTimersByTime(999);
  expect(await isOver()).toBe(false);
  vi.advanceTimersByTime(1);
  expect(await isOver()).toBe(true);
});

test("who is waited for rests no more, neither now nor later", async () => {
  const pace = new Pace();
  pace.begin(7);
  const isOver = worked(pace, 100);
  expect(await isOver()).toBe(false);
  pace.hurry();
  expect(await isOver()).toBe(true);
  vi.advanceTimersByTime(100);
  await pace.breathe();
  expect(vi.getTimerCount()).toBe(0);
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
