import { expect, test } from "vitest";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import { journalled } from "./take-feedback.ts";

const log = (written: () => Promise<boolean>) => ({
  append: () => {},
  written,
  flush: async () => {},
  counts: () => ({ written: 0, dropped: 0, waiting: 0, trouble: null }),
});

const terms = (clock: HandClock, written: () => Promise<boolean>) => ({
  clock,
  log: log(written),
  observatory: null as never,
});

test("who sent something waits until the journal has it", async () => {
  const clock = new HandClock();
  let release = (_: boolean): void => {};
  const waiting = journalled(terms(clock, () => new Promise((resolve) => (release = resolve))));
  let isDone = false;
  void waiting.then(() => (isDone = true));
  await Promise.resolve();
  expect(isDone).toBe(false);
  release(true);
  await waiting;
});

test("a journal that drops what it took, or takes too long, is a database that is away", async () => {
  const clock = new HandClock();
  await expect(journalled(terms(clock, async () => false))).rejects.toMatchObject({ code: "database_unavailable" });
  const never = journalled(terms(clock, () => new Promise(() => {})));
  clock.advance(5_000);
  await expect(never).rejects.toMatchObject({ code: "database_unavailable", status: 503 });
});
