import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDurationMs } from "../kit/duration.ts";
import {
  formatPercent,
  parseDecimal,
  parsePercent,
  parsePrice,
  parseSize,
  plainDecimal,
  spellDuration,
} from "./units.ts";

/** A price in millionths of a USD per million tokens, which is pico-dollars per token. */
const MICROS = fc.bigInt({ min: 0n, max: 9_999_999_999_999n });

/** The price in USD per million tokens, without trailing zeros. */
function spelled(pico: bigint): string {
  const digits = pico.toString().padStart(7, "0");
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`.replace(/0+$/, "").replace(/\.$/, "");
}

describe("prices", () => {
  it("are kept exactly, whether written as number or as text", () => {
    fc.assert(
      fc.property(MICROS, (pico) => {
        const text = spelled(pico);
        expect(parsePrice(text)).toBe(pico);
        expect(parsePrice(Number(text))).toBe(pico);
        // Against the definition: dollars times a million, in whole numbers.
        const [dollars, decimals = ""] = text.split(".");
        expect(BigInt(dollars ?? "") * 1_000_000n + BigInt(decimals.padEnd(6, "0"))).toBe(pico);
      }),
    );
  });

  it.each([
    [2.5, 2_500_000n],
    ["2.50", 2_500_000n],
    [0.000001, 1n],
    ["0.000001", 1n],
    ["0.1", 100_000n],
    [0, 0n],
    [1e-7, null],
    ["1.0000001", null],
    [-1, null],
    ["-0", null],
    ["1e3", null],
    [1e21, null],
    [12_345_678, null],
    [Number.NaN, null],
    [Number.POSITIVE_INFINITY, null],
    ["", null],
    [".5", null],
    ["1.", null],
    [" 1", null],
    ["0x10", null],
    ["1_000", null],
  ])("reads %s as %s", (value, pico) => {
    expect(parsePrice(value)).toBe(pico);
  });

  it("is never an approximation, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.double().map(String), fc.stringMatching(/^\d{1,9}(\.\d{0,9})?$/)),
        (text) => {
          const pico = parsePrice(text);
          if (pico !== null) expect(Number(spelled(pico))).toBe(Number(text));
        },
      ),
    );
  });
});

describe("decimals", () => {
  it("shift their point without rounding", () => {
    expect(parseDecimal("0.05", 12)).toBe(50_000_000_000n);
    // A number of YAML that the language spells with an exponent.
    for (const text of ["0.000000000001", "0.00000012345", "0.000001", "250"]) {
      expect(plainDecimal(Number(text))).toBe(text);
    }
    expect(parseDecimal("12.345", 3)).toBe(12_345n);
    expect(parseDecimal("12.3456", 3)).toBeNull();
  });
});

describe("percentages", () => {
  it("are the nearest number to what is written", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (parts) => {
        const text = `${parts / 10_000}%`;
        expect(parsePercent(text)).toBe(parts / 1_000_000);
        expect(parsePercent(formatPercent(parts / 1_000_000))).toBe(parts / 1_000_000);
      }),
    );
  });

  it.each(["101%", "5", "-1%", "%", "5%%", "1e1%", "5 % ", "٥%"])("are not %s", (text) => {
    expect(parsePercent(text)).toBeNull();
  });
});

describe("sizes", () => {
  it.each([
    ["10MiB", 10_485_760],
    ["512 KiB", 524_288],
    ["1B", 1],
    ["1GiB", 1_073_741_824],
    ["10MB", null],
    ["1.5MiB", null],
    ["999999999999GiB", null],
  ])("reads %s as %j", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });
});

describe("durations", () => {
  it("are spelt so that they read back the same", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999_999_999 }),
        fc.constantFrom(1, 1_000, 60_000, 3_600_000),
        (count, unit) => {
          expect(parseDurationMs(spellDuration(count * unit))).toBe(count * unit);
        },
      ),
    );
  });

  it("are spelt in hours where there are more days than can be read", () => {
    for (const days of [9_999_999, 10_000_000, 41_666_666]) {
      const ms = days * 24 * 3_600_000;
      expect(parseDurationMs(spellDuration(ms))).toBe(ms);
    }
  });

  it("are spelt in the largest unit that fits", () => {
    expect([0, 1, 1_000, 90_000, 3_600_000, 1_209_600_000].map(spellDuration)).toEqual([
      "0s",
      "1ms",
      "1s",
      "90s",
      "1h",
      "14d",
    ]);
  });
});
