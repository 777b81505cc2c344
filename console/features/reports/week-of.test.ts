import { expect, test } from "vitest";
import { monthOf } from "./month-of.ts";
import { weekOf } from "./week-of.ts";

// Weeks of ISO 8601 at the edges of years.
test.for([
  ["2026-11-21", "2026-W47"],
  ["2027-01-01", "2026-W53"],
  ["2024-12-30", "2025-W01"],
  ["2023-01-01", "2022-W52"],
  ["2026-01-05", "2026-W02"],
] as const)("%s is in week %s", ([day, week]) => {
  expect(weekOf(Date.parse(day), 0)).toBe(week);
});

test("the weeks before follow each other", () => {
  const now = Date.parse("2027-01-06T12:00:00Z");
  expect([0, 1, 2].map((back) => weekOf(now, back))).toEqual(["2027-W01", "2026-W53", "2026-W52"]);
});

test("the months before follow each other, whatever their length", () => {
  const now = Date.parse("2027-03-31T23:59:00Z");
  expect([0, 1, 2, 3].map((back) => monthOf(now, back))).toEqual(["2027-03", "2027-02", "2027-01", "2026-12"]);
});
