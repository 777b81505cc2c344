import { describe, expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import type { Clock } from "../../ports/clock.ts";
import { Overload } from "./overload.ts";

/** A clock whose alarms go off late, as those of a busy process. */
function lateClock(clock: HandClock, late: { byMs: number }): Clock {
  return {
    now: () => clock.now(),
    elapsed: () => clock.elapsed(),
    after: (ms, action) => clock.after(ms + late.byMs, action),
  };
}

function start(thresholds: { delayMs: number; bytes: number } | null) {
  const clock = new HandClock();
  const late = { byMs: 0 };
  const load = { inFlight: 0, bytes: 0 };
  const overload = new Overload({ clock: lateClock(clock, late), load, thresholds: () => thresholds });
  overload.start();
  return { clock, late, load, overload };
}

describe("overload", () => {
  test("a process that is late for half a second refuses the last class, and lets it in when it has caught up", () => {
    const { clock, late, overload } = start({ delayMs: 50, bytes: 1_000 });
    late.byMs = 80;
    clock.advance(2_000);
    expect(overload.isShedding()).toBe(true);
    expect([overload.refuses(0, 1), overload.refuses(1, 1)]).toEqual([false, true]);
    late.byMs = 0;
    clock.advance(1_000);
    expect(overload.isShedding()).toBe(true);
    clock.advance(3_000);
    expect(overload.isShedding()).toBe(false);
    expect(overload.counts()).toMatchObject({ delayMs: 0, refused: [0, 1] });
  });

  test("one long pause is no overload", () => {
    const { clock, late, overload } = start({ delayMs: 50, bytes: 1_000 });
    clock.advance(500);
    late.byMs = 400;
    clock.advance(150);
    late.byMs = 0;
    clock.advance(1_000);
    expect(overload.counts()).toMatchObject({ delayMs: 0, strain: 0 });
  });

  test("bytes count at once, and the first class holds out longest", () => {
    const { load, overload } = start({ delayMs: 50, bytes: 1_000 });
    load.bytes = 2_000;
    expect(overload.isShedding()).toBe(true);
    expect([0, 1, 2].map((rank) => overload.refuses(rank, 2))).toEqual([false, true, true]);
    load.bytes = 4_000;
    overload.isShedding();
    expect(overload.refuses(0, 2)).toBe(true);
    expect(overload.counts().refused).toEqual([1, 1, 1]);
  });

  test("nobody is refused where it is off, and nothing ticks after the end", () => {
    const { clock, load, overload } = start(null);
    load.bytes = 1_000_000_000;
    expect(overload.isShedding()).toBe(false);
    overload.close();
    expect(clock.pending).toBe(0);
  });
});
