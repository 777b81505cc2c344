import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { HandClock } from "../../adapters/system/hand-clock.ts";
import { drained } from "./drained.ts";

/** A connection that is full. */
function full(): PassThrough {
  const raw = new PassThrough({ highWaterMark: 1 });
  expect(raw.write("more than it takes")).toBe(false);
  return raw;
}

test("waits until the connection takes more", async () => {
  const raw = full();
  const waiting = drained(raw, new HandClock());
  raw.resume();
  await waiting;
  await drained(raw, new HandClock());
  expect(raw.listenerCount("drain")).toBe(0);
});

test("waits no more for one that has closed, before or meanwhile", async () => {
  const raw = full();
  const waiting = drained(raw, new HandClock());
  raw.destroy();
  await waiting;
  await drained(raw, new HandClock());
  expect(raw.destroyed).toBe(true);
});

test("gives up one that takes nothing for a minute", async () => {
  const clock = new HandClock();
  const waiting = drained(full(), clock);
  clock.advance(60_000);
  await expect(waiting).rejects.toThrow("took nothing");
});
