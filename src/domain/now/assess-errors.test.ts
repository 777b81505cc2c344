import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MINUTE, THREE } from "../../../test/fixtures/now-samples.ts";
import { assessErrors } from "./assess-errors.ts";
import type { MinuteOfCalls } from "./assess-errors.ts";

const USUAL = { calls: 100_000, faults: 500 };

/** Minutes that end now, each with so many calls and faults. */
const ending = (...minutes: readonly (readonly [calls: number, faults: number])[]): readonly MinuteOfCalls[] =>
  minutes.map(([calls, faults], index) => ({
    start: THREE - (minutes.length - 1 - index) * MINUTE,
    calls,
    faults,
  }));

const times = (n: number, calls: number, faults: number): readonly (readonly [number, number])[] =>
  Array.from({ length: n }, () => [calls, faults] as const);

describe("how an endpoint's calls are going", () => {
  test("is quiet without calls, and well with usual errors", () => {
    expect(assessErrors([], USUAL, THREE)).toEqual({
      standing: "quiet",
      since: null,
      peak: null,
      share: null,
      calls: 0,
    });
    expect(assessErrors(ending(...times(30, 100, 1)), USUAL, THREE).standing).toBe("well");
    expect(assessErrors(ending([5, 0], ...times(14, 0, 0)), USUAL, THREE).standing).toBe("well");
    expect(assessErrors(ending([5, 0], ...times(15, 0, 0)), USUAL, THREE).standing).toBe("quiet");
  });

  test("tells since when it is degraded: from the first minute with faults", () => {
    const bad = assessErrors(ending(...times(20, 100, 0), ...times(10, 100, 6)), USUAL, THREE);
    expect(bad).toEqual({
      standing: "degraded",
      since: THREE - 9 * MINUTE,
      peak: 0.06,
      share: 0.06,
      calls: 200,
      // Its first call is looked for in the bad minutes and in the one before them.
      onset: { from: THREE - 12 * MINUTE, to: THREE - 8 * MINUTE },
    });
  });

  test("is failing from half of the calls on", () => {
    expect(assessErrors(ending(...times(5, 100, 50)), USUAL, THREE).standing).toBe("failing");
    expect(assessErrors(ending(...times(5, 100, 49)), USUAL, THREE).standing).toBe("degraded");
  });

  test("is recovering when errors are down to half of the worst, and ten minutes after the last bad ones well", () => {
    const falling = ending(...times(6, 100, 20), [100, 4], [100, 2]);
    expect(assessErrors(falling, USUAL, THREE)).toMatchObject({ standing: "recovering", peak: 0.2, share: 0.03 });
    const over = (minutes: number) => ending(...times(6, 100, 20), ...times(minutes, 100, 0));
    expect(assessErrors(over(10), USUAL, THREE)).toMatchObject({
      standing: "recovering",
      ending: { from: THREE - 11 * MINUTE, to: THREE - 7 * MINUTE },
    });
    expect(assessErrors(over(14), USUAL, THREE).standing).toBe("well");
  });

  test("says nothing of one or two faults, nor of what is usual there", () => {
    expect(assessErrors(ending([3, 2]), USUAL, THREE).standing).toBe("well");
    expect(assessErrors(ending([3, 3]), USUAL, THREE).standing).toBe("failing");
    const flaky = { calls: 1_000, faults: 100 };
    expect(assessErrors(ending(...times(10, 100, 12)), flaky, THREE).standing).toBe("well");
    expect(assessErrors(ending(...times(10, 100, 31)), flaky, THREE).standing).toBe("degraded");
  });

  test("takes few good minutes within a trouble for a part of it", () => {
    const bad = assessErrors(ending(...times(3, 100, 30), ...times(4, 100, 0), ...times(3, 100, 30)), USUAL, THREE);
    expect(bad.since).toBe(THREE - 9 * MINUTE);
  });

  test("never finds a beginning before the hour, after now, or a share outside of 0 to 1", () => {
    const minute = fc.tuple(fc.nat(50), fc.nat(50)).map(([calls, faults]) => [calls + faults, faults] as const);
    fc.assert(
      fc.property(fc.array(minute, { maxLength: 80 }), fc.nat(1_000), (minutes, faults) => {
        const found = assessErrors(ending(...minutes), { calls: 1_000, faults }, THREE);
        expect((found.since === null) === (found.peak === null)).toBe(true);
        if (found.since !== null) {
          expect(found.since).toBeGreaterThanOrEqual(THREE - 61 * MINUTE);
          expect(found.since).toBeLessThanOrEqual(THREE);
        }
        for (const share of [found.peak, found.share]) if (share !== null) expect(share >= 0 && share <= 1).toBe(true);
      }),
    );
  });
});
