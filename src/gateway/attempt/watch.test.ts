import { describe, expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { startWatch } from "./watch.ts";
import type { Expiry, Watch } from "./watch.ts";

const TIMEOUTS = { connectMs: 10, firstTokenMs: 100, idleMs: 50, totalMs: 1_000 };

const WORDS = { begun: true };
const THOUGHTS = { begun: true, onlyThoughts: true };

function watchStream(): { readonly clock: HandClock; readonly watch: Watch; readonly expiries: Expiry[] } {
  const clock = new HandClock();
  const expiries: Expiry[] = [];
  const limits = { timeouts: TIMEOUTS, deadline: TIMEOUTS.totalMs, stream: true };
  return { clock, expiries, watch: startWatch(clock, limits, (expiry) => expiries.push(expiry)) };
}

describe("the watch of an attempt", () => {
  test("expires when the first token does not come", () => {
    const { clock, expiries } = watchStream();
    clock.advance(99);
    expect(expiries).toEqual([]);
    clock.advance(1);
    expect(expiries).toEqual([{ phase: "the first token", limitMs: 100 }]);
  });

  test("expires in a gap that is the provider's", () => {
    const { clock, watch, expiries } = watchStream();
    watch.heard(WORDS);
    clock.advance(49);
    watch.heard(WORDS);
    clock.advance(49);
    expect(expiries).toEqual([]);
    clock.advance(1);
    expect(expiries).toEqual([{ phase: "the gap between tokens", limitMs: 50 }]);
  });

  test("lets thoughts lie as far apart as the first token may, and words no longer", () => {
    const { clock, watch, expiries } = watchStream();
    clock.advance(99);
    watch.heard(THOUGHTS);
    clock.advance(99);
    watch.heard(THOUGHTS);
    clock.advance(99);
    watch.heard(WORDS);
    expect(expiries).toEqual([]);
    clock.advance(50);
    expect(expiries).toEqual([{ phase: "the gap between tokens", limitMs: 50 }]);
  });

  test("expires when thoughts come to a stop", () => {
    const { clock, watch, expiries } = watchStream();
    watch.heard(THOUGHTS);
    clock.advance(100);
    expect(expiries).toEqual([{ phase: "the gap between tokens", limitMs: 100 }]);
  });

  test("waits for the first token where what comes is none", () => {
    const { clock, watch, expiries } = watchStream();
    clock.advance(99);
    watch.heard({ begun: false });
    clock.advance(1);
    expect(expiries).toEqual([{ phase: "the first token", limitMs: 100 }]);
  });

  test("expires in a gap that is filled with what carries nothing", () => {
    const { clock, watch, expiries } = watchStream();
    watch.heard({ begun: true, pieces: 1 });
    clock.advance(40);
    watch.heard({ begun: true, pieces: 2 });
    clock.advance(40);
    watch.heard({ begun: true, pieces: 2 });
    clock.advance(9);
    expect(expiries).toEqual([]);
    clock.advance(1);
    expect(expiries).toEqual([{ phase: expect.stringContaining("pings came but no token") as string, limitMs: 50 }]);
  });

  test("does not blame the provider for a client that reads slowly", () => {
    const { clock, watch, expiries } = watchStream();
    watch.heard(WORDS);
    watch.pause();
    clock.advance(500);
    expect(expiries).toEqual([]);
    watch.resume();
    clock.advance(49);
    expect(expiries).toEqual([]);
    clock.advance(1);
    expect(expiries).toEqual([{ phase: "the gap between tokens", limitMs: 50 }]);
  });

  test("keeps the deadline of the call, however slowly the client reads", () => {
    const { clock, watch, expiries } = watchStream();
    watch.heard(WORDS);
    watch.pause();
    clock.advance(1_000);
    expect(expiries).toEqual([{ phase: "the whole answer", limitMs: 1_000 }]);
  });

  test("says for how long nothing of the answer has come, bytes that are none of it included", () => {
    const { clock, watch } = watchStream();
    clock.advance(30);
    expect(watch.quietMs()).toBe(30);
    watch.heard({ begun: true, pieces: 1 });
    expect(watch.quietMs()).toBe(0);
    clock.advance(20);
    watch.heard({ begun: true, pieces: 1 });
    clock.advance(20);
    expect(watch.quietMs()).toBe(40);
    watch.heard({ begun: true, pieces: 2 });
    expect(watch.quietMs()).toBe(0);
  });

  test("has no silence to tell of while the client reads more slowly than it comes", () => {
    const { clock, watch } = watchStream();
    watch.heard(WORDS);
    watch.pause();
    clock.advance(500);
    expect(watch.quietMs()).toBe(0);
    watch.resume();
    clock.advance(10);
    expect(watch.quietMs()).toBe(10);
  });
});
