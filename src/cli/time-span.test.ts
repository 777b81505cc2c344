import { expect, test } from "vitest";
import { timeSpan } from "./time-span.ts";

const NOW = Date.UTC(2026, 10, 21, 12);

test.each([
  ["last 7 days", "2026-11-14T12:00:00.000Z"],
  ["Last  1 day", "2026-11-20T12:00:00.000Z"],
  ["2 hours", "2026-11-21T10:00:00.000Z"],
  ["last 2 weeks", "2026-11-07T12:00:00.000Z"],
  ["1h30m", "2026-11-21T10:30:00.000Z"],
])("%s goes back from now", (text, since) => {
  expect(timeSpan(text, NOW)).toEqual({ since, until: null });
});

test("two instants are taken as they are", () => {
  expect(timeSpan("2026-11-01T00:00:00Z/2026-11-02T00:00:00+01:00", NOW)).toEqual({
    since: "2026-11-01T00:00:00.000Z",
    until: "2026-11-01T23:00:00.000Z",
  });
});

test.each(["yesterday", "last days", "last -3 days", "last 3 moons", "", "2026/11/21", "last 1.5 days", "a/b"])(
  "%j is refused with what to write",
  (text) => {
    expect(() => timeSpan(text, NOW)).toThrow(/is no time/);
  },
);
