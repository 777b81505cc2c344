import { expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import type { Abandonable } from "../open-call.ts";
import { waitWithin } from "./wait-within.ts";

const openCall = (): { abandoned: boolean; underWay: Abandonable | null } => ({
  abandoned: false,
  underWay: null,
});

test("gives what was waited for, and leaves no alarm behind", async () => {
  const clock = new HandClock();
  const event = Promise.withResolvers<string>();
  const open = openCall();
  const waiting = waitWithin(clock, open, { event: event.promise, until: 1_000 });
  event.resolve("landed");
  expect(await waiting).toBe("landed");
  expect([clock.pending, open.underWay]).toEqual([0, null]);
});

test("gives up when the time is over", async () => {
  const clock = new HandClock();
  const waiting = waitWithin(clock, openCall(), { event: Promise.withResolvers().promise, until: 1_000 });
  clock.advance(999);
  expect(clock.pending).toBe(1);
  clock.advance(1);
  expect(await waiting).toBeNull();
});

test("gives up at once when the client leaves, or has left", async () => {
  const clock = new HandClock();
  const open = openCall();
  const waiting = waitWithin(clock, open, { event: Promise.withResolvers().promise, until: 1_000 });
  open.underWay?.abandon();
  expect(await waiting).toBeNull();
  const left = { ...openCall(), abandoned: true };
  expect(await waitWithin(clock, left, { event: Promise.withResolvers().promise, until: 1_000 })).toBeNull();
  expect(clock.pending).toBe(0);
});
