import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findEnd, findOnset } from "./onset.ts";

const MINUTE = 60_000;
const WINDOW = { from: 0, to: 4 * MINUTE };

/** Times from one to another, every so many ms. */
const every = (ms: number, from: number, to: number): readonly number[] =>
  Array.from({ length: Math.max(0, Math.ceil((to - from) / ms)) }, (_, index) => from + index * ms);

describe("when failures became frequent", () => {
  test("is the first of the dense ones, whatever failed now and then before", () => {
    const noise = every(25_000, 5_000, 161_000);
    const burst = every(250, 161_000, 4 * MINUTE);
    expect(findOnset([...noise, ...burst], WINDOW)).toBe(161_000);
    expect(findOnset(burst, WINDOW)).toBe(161_000);
  });

  test("is nowhere with one or two, or where they only grow fewer", () => {
    expect(findOnset([], WINDOW)).toBeNull();
    expect(findOnset([100_000, 100_001], WINDOW)).toBeNull();
    expect(findEnd([], WINDOW)).toBeNull();
  });

  test("is no accident of a few that come close together at the end", () => {
    const steady = every(2_000, 1_000, 4 * MINUTE - 10);
    const found = findOnset([...steady, 4 * MINUTE - 3, 4 * MINUTE - 2], WINDOW);
    expect(found === null || found < 4 * MINUTE - 10).toBe(true);
  });

  test("ended with the last of the dense ones", () => {
    const burst = every(250, 20_000, 125_000);
    const noise = every(30_000, 140_000, 4 * MINUTE);
    expect(findEnd([...burst, ...noise], WINDOW)).toBe(124_750);
  });

  test("is found within a second or two, however much fails before, when the rate grows eightfold", () => {
    const terms = fc.record({
      at: fc.integer({ min: 90_000, max: 210_000 }),
      gapMs: fc.integer({ min: 100, max: 1_000 }),
      shift: fc.nat(5_000),
    });
    fc.assert(
      fc.property(terms, ({ at, gapMs, shift }) => {
        const noise = every(8 * gapMs, shift, at);
        const found = findOnset([...noise, ...every(gapMs, at, WINDOW.to)], WINDOW) ?? Number.NaN;
        expect(Math.abs(found - at)).toBeLessThanOrEqual(8 * gapMs);
      }),
    );
  });

  test("is always one of the failures, within the time that was looked at", () => {
    const times = fc.array(fc.nat(5 * MINUTE), { maxLength: 60 }).map((all) => all.toSorted((a, b) => a - b));
    fc.assert(
      fc.property(times, (all) => {
        for (const found of [findOnset(all, WINDOW), findEnd(all, WINDOW)]) {
          if (found === null) continue;
          expect(all).toContain(found);
          expect(found >= WINDOW.from && found <= WINDOW.to).toBe(true);
        }
      }),
    );
  });
});
