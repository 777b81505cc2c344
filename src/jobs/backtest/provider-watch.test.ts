import { describe, expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { ProviderWatch } from "./provider-watch.ts";

const stage = () => {
  const clock = new HandClock();
  return { clock, watch: new ProviderWatch(clock) };
};

const fail = (watch: ProviderWatch, times: number): readonly boolean[] =>
  Array.from({ length: times }, () => watch.failed());

describe("watching a provider", () => {
  test("one or two failures are those of their sessions, a third one after the other is an outage", () => {
    const { watch } = stage();
    expect(fail(watch, 3)).toEqual([false, false, true]);
    watch.answered();
    expect(fail(watch, 2)).toEqual([false, false]);
  });

  test("while it is away one session at a time asks, ever more seldom up to a minute", () => {
    const { clock, watch } = stage();
    fail(watch, 3);
    const waits: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      const since = clock.now();
      while (!watch.mayAsk()) clock.advance(100);
      expect(watch.mayAsk()).toBe(false);
      waits.push(clock.now() - since);
      watch.failed();
    }
    expect(waits.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(waits.at(-1)).toBe(60_000);
  });

  test("once it answers everybody may ask again", () => {
    const { clock, watch } = stage();
    fail(watch, 4);
    clock.advance(5_000);
    expect(watch.mayAsk()).toBe(true);
    watch.answered();
    expect([watch.mayAsk(), watch.mayAsk()]).toEqual([true, true]);
  });

  test("after half an hour it is gone for long, however often it was tried", () => {
    const { clock, watch } = stage();
    fail(watch, 3);
    clock.advance(29 * 60_000);
    fail(watch, 1);
    expect(watch.isGoneForLong).toBe(false);
    clock.advance(2 * 60_000);
    expect(watch.isGoneForLong).toBe(true);
    watch.answered();
    expect(watch.isGoneForLong).toBe(false);
  });

  test("a stop on this server is waited out without blaming anybody", () => {
    const { clock, watch } = stage();
    watch.held();
    expect(watch.mayAsk()).toBe(false);
    clock.advance(1_000);
    expect(watch.mayAsk()).toBe(true);
    expect(watch.isGoneForLong).toBe(false);
  });
});
