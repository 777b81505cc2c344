import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LimitRule } from "../../domain/limits/limit-rule.ts";
import { MeterShelf } from "./meter-shelf.ts";
import type { SharedMeter } from "./shared-meter.ts";

const RULE: LimitRule = { name: "limit", per: "key", only: {}, requests: null, tokens: null, concurrent: 9 };

/** A cap with one call under way; it was told of, or it has changed since. */
function held(shelf: MeterShelf, subject: string, isTold: boolean): SharedMeter {
  const meter = shelf.meterOf({ rule: RULE, subject }, "concurrent");
  meter.taken = 1;
  meter.told = isTold ? 1 : 0;
  return meter;
}

describe("the meters of a replica", () => {
  test("are told of in bounded parts, each in its turn, however many change", () => {
    const counts = fc.record({ changed: fc.nat(6_000), held: fc.nat(6_000) });
    fc.assert(
      fc.property(counts, (count) => {
        const shelf = new MeterShelf(() => 0);
        const missing = new Set<SharedMeter>();
        for (let at = 0; at < count.changed; at += 1) missing.add(held(shelf, `changed ${at}`, false));
        for (let at = 0; at < count.held; at += 1) missing.add(held(shelf, `held ${at}`, true));
        const most = Math.ceil(Math.max(count.changed, count.held) / 1_000);
        for (let tick = 0; tick < most; tick += 1) {
          const due = shelf.due(0);
          expect(due.length).toBeLessThanOrEqual(2_000);
          expect(due.length).toBe(Math.min(2_000, shelf.size));
          for (const meter of due) missing.delete(meter);
          // Whatever has changed changes again at once.
          shelf.told(due);
        }
        expect(missing.size).toBe(0);
      }),
      { numRuns: 20 },
    );
  });

  test("that hold and owe nothing are not told of, and forgotten after a minute", () => {
    const shelf = new MeterShelf(() => 0);
    const meter = held(shelf, "one", true);
    expect(shelf.due(0)).toEqual([meter]);
    expect(shelf.held()).toEqual([]);
    meter.taken = 0;
    expect(shelf.due(0)).toEqual([meter]);
    expect(shelf.held()).toEqual([meter]);
    meter.told = 0;
    expect(shelf.due(0)).toEqual([]);
    shelf.forget(60_000);
    expect(shelf.size).toBe(1);
    shelf.forget(60_001);
    expect(shelf.size).toBe(0);
  });

  test("are not forgotten while Valkey may think that places of theirs are taken", () => {
    const shelf = new MeterShelf(() => 0);
    const meter = held(shelf, "one", true);
    meter.taken = 0;
    shelf.forget(120_000);
    expect(shelf.due(120_000)).toEqual([meter]);
    // An exchange that came to nothing.
    meter.told = null;
    shelf.forget(240_000);
    expect(shelf.due(240_000)).toEqual([meter]);
    meter.told = 0;
    shelf.forget(240_000);
    expect(shelf.size).toBe(0);
  });

  test("are as old as they were made, not as the process is", () => {
    let now = 500_000;
    const shelf = new MeterShelf(() => now);
    const before = shelf.meterOf({ rule: RULE, subject: "one" }, "concurrent");
    shelf.forget(now);
    expect(shelf.size).toBe(1);
    now += 50_000;
    const changed = shelf.meterOf({ rule: { ...RULE, concurrent: 2 }, subject: "one" }, "concurrent");
    expect(changed).toBe(before);
    shelf.forget(now + 20_000);
    expect([...shelf.all()]).toEqual([changed]);
  });

  test("owe after an apply what they owed before it, and lose what they hold only where the limit is another", () => {
    const shelf = new MeterShelf(() => 0);
    const rate = { amount: 60, windowMs: 60_000, burst: 5 };
    const rule = { ...RULE, concurrent: null, tokens: rate };
    const meter = shelf.meterOf({ rule, subject: "one" }, "tokens");
    const creditAfter = (credit: number, burst: number): number => {
      meter.credit = credit;
      return shelf.meterOf({ rule: { ...rule, tokens: { ...rate, burst } }, subject: "one" }, "tokens").credit;
    };
    expect([creditAfter(-50, 5), creditAfter(3, 5), creditAfter(-50, 6), creditAfter(3, 7)]).toEqual([-50, 3, -50, 0]);
    expect(shelf.meterOf({ rule, subject: "one" }, "tokens")).toBe(meter);
  });
});
