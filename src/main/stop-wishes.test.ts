import { EventEmitter } from "node:events";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { StopWishes } from "./stop-wishes.ts";

let signals: EventEmitter;
let nowMs: number;
let said: string[];
let codes: number[];
let wishes: StopWishes;

beforeEach(() => {
  signals = new EventEmitter();
  nowMs = 0;
  said = [];
  codes = [];
  wishes = new StopWishes({
    process: signals,
    now: () => nowMs,
    say: (text) => said.push(text),
    exit: (code) => codes.push(code),
    drainMs: 30_000,
  });
});

describe("a wish to stop", () => {
  it("stops what runs in good order, and then ends the process", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = vi.fn<() => Promise<void>>(() => promise);
    wishes.grantWith(stop);
    signals.emit("SIGTERM");
    expect(stop).toHaveBeenCalledOnce();
    expect(codes).toEqual([]);
    resolve();
    await vi.waitFor(() => expect(codes).toEqual([0]));
    expect(said).toEqual([expect.stringContaining("calls under way may end, which takes 30 s at most.")]);
  });

  it("that comes before there is anything to stop waits for it", async () => {
    signals.emit("SIGINT");
    expect(said).toEqual([expect.stringContaining("Stopping as soon as it has started.")]);
    const stop = vi.fn<() => Promise<void>>(async () => {});
    wishes.grantWith(stop);
    expect(stop).toHaveBeenCalledOnce();
    await vi.waitFor(() => expect(codes).toEqual([0]));
  });

  it("that comes twice before there is anything to stop ends the process at once", () => {
    expect(wishes.isWished).toBe(false);
    signals.emit("SIGTERM");
    expect(wishes.isWished).toBe(true);
    nowMs = 5_000;
    signals.emit("SIGTERM");
    expect(codes).toEqual([143]);
  });

  it("that is told twice within a second is one wish, and a later one ends the process at once", () => {
    const stop = vi.fn<() => Promise<void>>(() => new Promise(() => {}));
    wishes.grantWith(stop);
    signals.emit("SIGINT");
    nowMs = 999;
    signals.emit("SIGTERM");
    expect([stop.mock.calls.length, codes]).toEqual([1, []]);
    nowMs = 1_000;
    signals.emit("SIGTERM");
    signals.emit("SIGINT");
    expect([stop.mock.calls.length, codes]).toEqual([1, [143, 130]]);
  });

  it("of a terminal that is closed stops in good order, and never at once", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = vi.fn<() => Promise<void>>(() => promise);
    wishes.grantWith(stop);
    signals.emit("SIGHUP");
    nowMs = 5_000;
    signals.emit("SIGHUP");
    expect([stop.mock.calls.length, codes]).toEqual([1, []]);
    resolve();
    await vi.waitFor(() => expect(codes).toEqual([0]));
  });
});
