import fc from "fast-check";
import { expect, test } from "vitest";
import { parseInstant } from "./parse-instant.ts";

test("instants have a zone, days begin at midnight UTC", () => {
  expect(parseInstant("2026-11-21T09:30:00Z")).toBe(Date.UTC(2026, 10, 21, 9, 30));
  expect(parseInstant("2026-11-21t09:30:00.250z")).toBe(Date.UTC(2026, 10, 21, 9, 30, 0, 250));
  expect(parseInstant("2026-11-21T09:30+05:30")).toBe(Date.UTC(2026, 10, 21, 4));
  expect(parseInstant("2026-11-21")).toBe(Date.UTC(2026, 10, 21));
  expect(parseInstant("2028-02-29")).toBe(Date.UTC(2028, 1, 29));
});

test("what is no day of the calendar or says no zone is none", () => {
  const none = ["2026-02-30", "2026-02-29T00:00:00Z", "2026-13-01", "2026-11-21T09:30:00", "2026-11-21T25:00:00Z"];
  for (const text of [...none, "", "now", "21.11.2026", "2026-11-21T09:30:00Z "]) expect(parseInstant(text)).toBeNull();
});

test("every instant that JavaScript writes is read back", () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true }), (date) => {
      expect(parseInstant(date.toISOString())).toBe(date.getTime());
    }),
  );
});
