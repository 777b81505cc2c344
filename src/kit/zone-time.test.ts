import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isTimeZone, momentOf, wallTimeAt } from "./zone-time.ts";

const HOUR = 3_600_000;

describe("wall time", () => {
  test("shows what a clock on the wall shows, on both sides of a change", () => {
    // 2027-03-28 01:00 UTC: clocks in Berlin go from 02:00 to 03:00.
    const change = Date.UTC(2027, 2, 28, 1);
    expect(wallTimeAt("Europe/Berlin", change - 60_000)).toEqual({
      year: 2027,
      month: 3,
      day: 28,
      weekday: 7,
      minute: 119,
    });
    expect(wallTimeAt("Europe/Berlin", change)).toMatchObject({ minute: 180 });
  });

  test("knows IANA names and nothing else", () => {
    expect(["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires", "Australia/Lord_Howe"].every(isTimeZone)).toBe(
      true,
    );
    expect(["Berlin", "+02:00", "", "Europe/Atlantis", "x".repeat(100), "../etc"].some(isTimeZone)).toBe(false);
  });
});

describe("the moment of a written time", () => {
  test("is the first of two where the clock is set back", () => {
    // 2026-10-25: 02:30 comes twice in Berlin, first at 00:30 UTC.
    const at = momentOf("Europe/Berlin", { year: 2026, month: 10, day: 25, minute: 150 });
    expect(at).toBe(Date.UTC(2026, 9, 25, 0, 30));
  });

  test("is the moment of the change where the clock is set forward past it, also by half an hour", () => {
    expect(momentOf("Europe/Berlin", { year: 2027, month: 3, day: 28, minute: 150 })).toBe(Date.UTC(2027, 2, 28, 1));
    // Lord Howe Island: 02:00 becomes 02:30 on 2026-10-04, 15:30 UTC the day before.
    expect(momentOf("Australia/Lord_Howe", { year: 2026, month: 10, day: 4, minute: 135 })).toBe(
      Date.UTC(2026, 9, 3, 15, 30),
    );
  });

  test("takes the midnight that ends a day", () => {
    expect(momentOf("UTC", { year: 2026, month: 12, day: 31, minute: 1_440 })).toBe(Date.UTC(2027, 0, 1));
  });

  const ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
  ];

  test("leads back to what the wall showed, at most one change earlier", () => {
    const minutes = fc.integer({ min: Date.UTC(2020, 0, 1) / 60_000, max: Date.UTC(2035, 0, 1) / 60_000 });
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), minutes, (zone, minute) => {
        const at = minute * 60_000;
        const back = momentOf(zone, wallTimeAt(zone, at));
        expect(wallTimeAt(zone, back)).toEqual(wallTimeAt(zone, at));
        expect(at - back).toBeGreaterThanOrEqual(0);
        expect(at - back).toBeLessThanOrEqual(2 * HOUR);
      }),
    );
  });
});
