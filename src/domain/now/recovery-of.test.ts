import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MINUTE, THREE } from "../../../test/fixtures/now-samples.ts";
import type { MinuteOfCalls } from "./assess-errors.ts";
import { recoveryOf } from "./recovery-of.ts";

const USUAL = { calls: 100_000, faults: 100 };

/** Minutes of a hundred calls from three o'clock on with so many faults. */
const minutesOf = (faults: readonly number[]): readonly MinuteOfCalls[] =>
  faults.map((count, index) => ({ start: THREE + index * MINUTE, calls: 100, faults: count }));

const after = (faults: readonly number[], startedAt = THREE + 20_000) =>
  recoveryOf(minutesOf(faults), USUAL, { startedAt, now: THREE + (faults.length - 1) * MINUTE + 5_000 });

const well = (count: number): readonly number[] => Array.from({ length: count }, () => 0);

describe("when a trouble was over", () => {
  test("is known after three whole good minutes, and was in the last bad one", () => {
    const bad = [30, 40, 40, 40, 30];
    expect(after(bad).state).toBe("failing");
    expect(after([...bad, ...well(3)]).state).toBe("failing");
    expect(after([...bad, ...well(4)])).toEqual({
      state: "well",
      ending: { from: THREE + 3 * MINUTE, to: THREE + 7 * MINUTE },
    });
  });

  test("stays what it was, whatever fails a quarter of an hour later", () => {
    const healed = after([30, 40, 30, ...well(16)]);
    expect(healed.state).toBe("well");
    expect(after([30, 40, 30, ...well(16), 100, 100, 100, 100])).toEqual(healed);
  });

  test("is later where calls fail again within ten minutes", () => {
    expect(after([30, 40, 30, ...well(8), 50, 50]).state).toBe("failing");
    expect(after([30, 40, 30, ...well(8), 50, 50, ...well(4)])).toMatchObject({
      state: "well",
      ending: { from: THREE + 11 * MINUTE },
    });
  });

  test("is not known where no call failed, or none that belongs to it, and not before anybody calls again", () => {
    expect(after(well(20))).toEqual({ state: "unknown" });
    expect(after([...well(40), 50, 50, 50])).toEqual({ state: "unknown" });
    const gone = recoveryOf(minutesOf([30, 40, 30]), USUAL, { startedAt: THREE, now: THREE + 30 * MINUTE });
    expect(gone).toEqual({ state: "failing" });
    expect(recoveryOf([], USUAL, { startedAt: THREE, now: THREE + 30 * MINUTE })).toEqual({ state: "unknown" });
  });

  test("is not over while the few who still call fail, or are refused by a budget of all callers", () => {
    const few = (ones: readonly Partial<MinuteOfCalls>[]): string => {
      const later = ones.map((one, index) => ({ start: THREE + (3 + index) * MINUTE, calls: 1, faults: 0, ...one }));
      const now = THREE + (3 + ones.length) * MINUTE;
      return recoveryOf([...minutesOf([60, 60, 60]), ...later], USUAL, { startedAt: THREE, now }).state;
    };
    // One in two minutes: too few for a bad minute.
    const failing = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? { faults: 1 } : { calls: 0 }));
    expect(few(failing)).toBe("failing");
    expect(few([...failing, ...Array.from({ length: 6 }, () => ({ calls: 1 }))])).toBe("well");
    expect(few(Array.from({ length: 8 }, () => ({ calls: 50, refused: 50 })))).toBe("failing");
    expect(few(Array.from({ length: 8 }, () => ({ calls: 50, refused: 5 })))).toBe("well");
  });

  test("takes a few failures for usual where they are", () => {
    const noisy = { calls: 1_000, faults: 100 };
    const told = recoveryOf(minutesOf([60, 60, 10, 10, 10, 10, 10]), noisy, {
      startedAt: THREE,
      now: THREE + 6 * MINUTE,
    });
    expect(told).toMatchObject({ state: "well", ending: { from: THREE } });
  });

  test("never changes once it is a quarter of an hour past, whatever comes", () => {
    const faults = fc.array(fc.constantFrom(0, 0, 0, 40, 100), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(faults, faults, (first, later) => {
        const before = [50, 50, ...first, ...well(17)];
        expect(after([...before, ...later])).toEqual(after(before));
      }),
    );
  });
});
