import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { monthAt, periodBefore, periodOf, weekAt } from "./period.ts";

const DAY_MS = 86_400_000;

describe("weeks and months", () => {
  test("begin on Monday, and belong to the year of their Thursday", () => {
    const names = ["2024-12-29", "2024-12-30", "2026-11-21", "2026-12-31", "2027-01-03", "2027-01-04"].map(
      (day) => weekAt(Date.parse(day)).name,
    );
    expect(names).toEqual(["2024-W52", "2025-W01", "2026-W47", "2026-W53", "2026-W53", "2027-W01"]);
    expect(new Date(weekAt(Date.parse("2026-11-21")).from).toISOString()).toBe("2026-11-16T00:00:00.000Z");
  });

  test("are found by their names; what is no week or month is none", () => {
    expect(periodOf("2026-W47")).toEqual(weekAt(Date.parse("2026-11-21")));
    expect(periodOf("2026-11")).toEqual(monthAt(Date.parse("2026-11-21")));
    for (const name of ["2026-W00", "2026-W54", "2025-W53", "2026-13", "2026-00", "2026", "W47", "2026-W4"]) {
      expect(periodOf(name)).toBeNull();
    }
  });

  test("follow one another without gaps, and have the names that find them", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2200, 0) }), fc.constantFrom(weekAt, monthAt), (at, of) => {
        const period = of(at);
        expect(period.from <= at && at < period.to).toBe(true);
        expect(periodOf(period.name)).toEqual(period);
        expect(periodBefore(period).to).toBe(period.from);
        expect((period.from % DAY_MS) + (period.to % DAY_MS)).toBe(0);
      }),
    );
  });
});
