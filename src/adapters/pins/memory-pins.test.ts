import { expect, test } from "vitest";
import { HandClock } from "../system/hand-clock.ts";
import { createMemoryPins } from "./memory-pins.ts";

const HOUR_MS = 60 * 60_000;
const OUTSIDE = { rolloutId: null, arm: "stable" } as const;
const DRAWN = { rolloutId: "rol_1", arm: "candidate" } as const;

test("a session that was not seen for a day comes back as quiet, once", () => {
  const clock = new HandClock();
  const pins = createMemoryPins(100, clock);
  pins.set("bot", "ada", OUTSIDE);
  pins.set("bot", "bob", DRAWN);
  clock.advance(25 * HOUR_MS);
  expect([pins.get("bot", "ada"), pins.get("bot", "bob")]).toEqual([
    { ...OUTSIDE, isQuiet: true },
    { ...DRAWN, isQuiet: true },
  ]);
  expect([pins.get("bot", "ada"), pins.get("bot", "bob")]).toEqual([OUTSIDE, DRAWN]);
});

test("a session that is seen every day is never quiet, for however long", () => {
  const clock = new HandClock();
  const pins = createMemoryPins(100, clock);
  pins.set("bot", "ada", OUTSIDE);
  for (let day = 0; day < 30; day += 1) {
    clock.advance(23 * HOUR_MS);
    expect(pins.get("bot", "ada")).toEqual(OUTSIDE);
  }
});
