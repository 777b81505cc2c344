import { expect, test } from "vitest";
import { callFacts } from "../../../test/fixtures/call-facts.ts";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import type { CallFilter } from "../../ports/call-store.ts";
import { FailedReader } from "./failed-calls.ts";

/** A reader of a store in which so many calls failed. */
function readerOf(failed: number) {
  const clock = new HandClock();
  const state = { failed };
  const asked: CallFilter[] = [];
  const list = async (filter: CallFilter) => {
    asked.push(filter);
    const length = Math.min(state.failed, filter.limit);
    return Array.from({ length }, () => callFacts({ endpoint: "bot", outcome: "failed" }));
  };
  const reader = new FailedReader({ list }, clock);
  const since = clock.now() - 60_000;
  const read = (overrides: { readonly since?: number; readonly until?: number; readonly release?: string } = {}) =>
    reader.read({
      environment: "production",
      endpoints: ["bot"],
      since,
      until: clock.now(),
      now: clock.now(),
      ...overrides,
    });
  return { clock, state, asked, read };
}

test("many failed calls are told as they were read for five seconds, and then read again", async () => {
  const { clock, state, asked, read } = readerOf(300);
  expect((await read()).calls).toHaveLength(300);
  state.failed = 400;
  for (let second = 1; second <= 4; second += 1) {
    clock.advance(1_000);
    expect((await read()).calls).toHaveLength(300);
  }
  expect(asked).toHaveLength(1);
  clock.advance(1_000);
  expect((await read()).calls).toHaveLength(400);
  expect(asked).toHaveLength(2);
});

test("few failed calls are read at every look", async () => {
  const { state, read } = readerOf(5);
  expect((await read()).calls).toHaveLength(5);
  state.failed = 6;
  expect((await read()).calls).toHaveLength(6);
});

test("another time, another end or another release is another reading", async () => {
  const { clock, asked, read } = readerOf(300);
  await read();
  await read({ since: clock.now() - 30_000 });
  await read({ until: clock.now() - 1_000 });
  await read({ release: "bot@3" });
  expect(asked).toHaveLength(4);
});

test("a trouble of a day, whose beginning moves on with every look, is read every five seconds too", async () => {
  const { clock, asked, read } = readerOf(2_000);
  const DAY = 24 * 3_600_000;
  const start = clock.now();
  clock.advance(60_000 - (start % 60_000));
  for (let look = 0; look < 4; look += 1) {
    expect((await read({ since: clock.now() - DAY })).isAll).toBe(false);
    clock.advance(1_000);
  }
  expect(asked).toHaveLength(1);
});

test("a reading that fails is not kept", async () => {
  const clock = new HandClock();
  let isAway = true;
  const list = async () => {
    if (isAway) throw new Error("away");
    return [];
  };
  const reader = new FailedReader({ list }, clock);
  const question = { environment: "production", endpoints: [], since: 0, until: clock.now(), now: clock.now() };
  await expect(reader.read(question)).rejects.toThrow("away");
  isAway = false;
  expect(await reader.read(question)).toEqual({ calls: [], isAll: true });
});
