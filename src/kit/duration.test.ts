import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDuration, parseDurationMs } from "./duration.ts";

describe("parseDurationMs", () => {
  it.each([
    ["250ms", 250],
    ["30s", 30_000],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["14d", 1_209_600_000],
    ["1h30m", 5_400_000],
    ["1m1ms", 60_001],
    ["1d2h3m4s5ms", 93_784_005],
    ["0s", 0],
    ["007s", 7_000],
    ["999999999ms", 999_999_999],
  ])("reads %s", (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it.each([
    "",
    "5",
    "s",
    "ms",
    "1 s",
    " 1s",
    "1s ",
    "1.5h",
    "-1s",
    "+1s",
    "1S",
    "1sec",
    "1w",
    "30m1h",
    "1h1h",
    "1ms1s",
    "1e3s",
    "1s,",
    "1h30",
    "٣s",
    "1000000000ms",
    "999999999d",
    "1".repeat(100_000),
    "1s\n",
  ])("refuses %j", (text) => {
    expect(parseDurationMs(text)).toBeNull();
  });

  it("is the sum of its parts, whichever of them are there", () => {
    const count = fc.option(fc.nat(9_999));
    fc.assert(
      fc.property(fc.tuple(count, count, count, count, count), ([d, h, m, s, ms]) => {
        const part = (value: number | null, unit: string): string => (value === null ? "" : `${value}${unit}`);
        const text = part(d, "d") + part(h, "h") + part(m, "m") + part(s, "s") + part(ms, "ms");
        const hours = (d ?? 0) * 24 + (h ?? 0);
        const total = ((hours * 60 + (m ?? 0)) * 60 + (s ?? 0)) * 1_000 + (ms ?? 0);
        expect(parseDurationMs(text)).toBe(text === "" ? null : total);
      }),
    );
  });
});

describe("formatDuration", () => {
  it.each([
    [0, "0 ms"],
    [-5, "0 ms"],
    [0.42, "0.4 ms"],
    [250, "250 ms"],
    [999.7, "1 s"],
    [2_500, "2.5 s"],
    [12_345, "12 s"],
    [90_000, "90 s"],
    [150_000, "2.5 min"],
    [2_400_000, "40 min"],
    [5_400_000, "90 min"],
    [9_000_000, "2.5 h"],
    [86_400_000, "24 h"],
    [475_200_000, "5.5 days"],
    [8_640_000_000, "100 days"],
    [Number.NaN, "unknown"],
    [Number.POSITIVE_INFINITY, "unknown"],
  ])("tells %d as %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it("is never more than a twentieth off", () => {
    const units: Readonly<Record<string, string>> = { ms: "ms", s: "s", min: "m", h: "h", days: "d" };
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e13, noNaN: true }), (ms) => {
        const [value = "", unit = ""] = formatDuration(ms).split(" ");
        const unitMs = parseDurationMs(`1${units[unit]}`) ?? Number.NaN;
        expect(Math.abs(Number(value) * unitMs - ms)).toBeLessThanOrEqual(ms * 0.0501);
      }),
    );
  });
});
