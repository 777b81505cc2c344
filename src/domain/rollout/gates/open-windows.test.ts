import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { closingOf, isOpenAt, nextOpening, spellMoment } from "./open-windows.ts";
import type { TimeWindow, Weekday } from "./time-window.ts";

const BERLIN = "Europe/Berlin";
const HOUR = 3_600_000;
const WEEKDAYS: readonly Weekday[] = [1, 2, 3, 4, 5];
const OFFICE: TimeWindow = { type: "weekly", days: WEEKDAYS, from: 9 * 60, until: 17 * 60 };
const NIGHT: TimeWindow = { type: "weekly", days: [6], from: 22 * 60, until: 6 * 60 };

describe("windows of a week", () => {
  test("open and close by the wall clock, whatever it was set to in between", () => {
    // Friday before and Monday after the clocks of Berlin go forward: the same office hours, another hour of UTC.
    for (const [open, closed] of [
      [Date.UTC(2027, 2, 26, 8), Date.UTC(2027, 2, 26, 7, 59)],
      [Date.UTC(2027, 2, 29, 7), Date.UTC(2027, 2, 29, 6, 59)],
    ] as const) {
      expect(isOpenAt([OFFICE], BERLIN, open)).toBe(true);
      expect(isOpenAt([OFFICE], BERLIN, closed)).toBe(false);
    }
    const friday = Date.UTC(2027, 2, 26, 16);
    expect(nextOpening([OFFICE], BERLIN, friday)).toBe(Date.UTC(2027, 2, 29, 7));
    expect(closingOf([OFFICE], BERLIN, Date.UTC(2027, 2, 29, 8))).toBe(Date.UTC(2027, 2, 29, 15));
  });

  test("go on past midnight into the next day", () => {
    const [saturday, sunday] = [Date.UTC(2026, 10, 21, 21, 30), Date.UTC(2026, 10, 22, 4, 59)];
    expect([saturday, sunday].map((at) => isOpenAt([NIGHT], BERLIN, at))).toEqual([true, true]);
    expect(isOpenAt([NIGHT], BERLIN, Date.UTC(2026, 10, 22, 5))).toBe(false);
    expect(closingOf([NIGHT], BERLIN, saturday)).toBe(Date.UTC(2026, 10, 22, 5));
  });

  test("do not open on a day on which their hour is skipped, and are longer where it comes twice", () => {
    const skipped: TimeWindow = { type: "weekly", days: [7], from: 2 * 60 + 5, until: 2 * 60 + 55 };
    expect(nextOpening([skipped], BERLIN, Date.UTC(2027, 2, 27))).toBe(Date.UTC(2027, 3, 4, 0, 5));
    const twice: TimeWindow = { type: "weekly", days: [7], from: 2 * 60, until: 3 * 60 };
    const open = Date.UTC(2026, 9, 25, 0);
    expect(nextOpening([twice], BERLIN, open - 1)).toBe(open);
    expect((closingOf([twice], BERLIN, open) ?? 0) - open).toBe(2 * HOUR);
  });

  test("never close where they meet without a gap", () => {
    const always: TimeWindow = { type: "weekly", days: [1, 2, 3, 4, 5, 6, 7], from: 0, until: 0 };
    expect(isOpenAt([always], BERLIN, 0)).toBe(true);
    expect(closingOf([always], BERLIN, 0)).toBeNull();
  });

  test("open at the moment that is foretold, and not before", () => {
    const window = fc.record({
      type: fc.constant("weekly" as const),
      days: fc.uniqueArray(fc.constantFrom<Weekday>(1, 2, 3, 4, 5, 6, 7), { minLength: 1 }),
      from: fc.integer({ min: 0, max: 1_439 }),
      until: fc.integer({ min: 0, max: 1_440 }),
    });
    const zone = fc.constantFrom(BERLIN, "America/New_York", "Australia/Lord_Howe", "UTC");
    const minutes = fc.integer({ min: Date.UTC(2026, 0, 1) / 60_000, max: Date.UTC(2028, 0, 1) / 60_000 });
    const when = fc.record({ minutes, before: fc.integer({ min: 1, max: 9_000 }) });
    fc.assert(
      fc.property(window, zone, when, (one, name, { minutes: minute, before }) => {
        const at = minute * 60_000;
        const opening = nextOpening([one], name, at);
        if (opening === null || isOpenAt([one], name, at)) return;
        expect(isOpenAt([one], name, opening)).toBe(true);
        const between = opening - Math.min(before * 60_000, opening - at);
        if (between < opening) expect(isOpenAt([one], name, between)).toBe(false);
      }),
    );
  });
});

describe("windows of dates", () => {
  const HOLIDAYS: TimeWindow = { type: "dates", from: Date.UTC(2026, 11, 24), until: Date.UTC(2027, 0, 2) };

  test("are open from their first to before their last moment", () => {
    const { from, until } = HOLIDAYS as { readonly from: number; readonly until: number };
    expect([from - 1, from, until - 1, until].map((at) => isOpenAt([HOLIDAYS], "UTC", at))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(nextOpening([HOLIDAYS], "UTC", 0)).toBe(from);
    expect(nextOpening([HOLIDAYS], "UTC", from)).toBeNull();
    expect(closingOf([HOLIDAYS], "UTC", from)).toBe(until);
    expect(closingOf([{ type: "dates", from: 0, until: null }], "UTC", 5)).toBeNull();
  });

  test("are spoken of by the wall clock", () => {
    expect(spellMoment(BERLIN, Date.UTC(2026, 10, 23, 8))).toBe("Mon 2026-11-23 09:00 Europe/Berlin");
  });
});
