import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDurationMs } from "../../kit/duration.ts";
import { DURATION_PATTERN } from "./leaf.ts";

describe("the published pattern of a duration", () => {
  const pattern = new RegExp(DURATION_PATTERN, "u");

  test("takes exactly what the program takes", () => {
    const piece = fc.tuple(fc.integer({ min: 0, max: 9_999 }), fc.constantFrom("d", "h", "m", "s", "ms", "w", ""));
    const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.map(([n, unit]) => `${n}${unit}`).join(""));
    fc.assert(
      fc.property(text, (drawn) => {
        expect(pattern.test(drawn), drawn).toBe(parseDurationMs(drawn) !== null);
      }),
    );
  });

  test("takes no more than can be told exactly", () => {
    for (const [text, isTaken] of [
      ["9999999d999999999h999999999m999999999s999999999ms", true],
      ["10000000d", false],
      ["1000000000h", false],
    ] as const) {
      expect(pattern.test(text)).toBe(isTaken);
      expect(parseDurationMs(text)).toSatisfy((ms) => (isTaken ? Number.isSafeInteger(ms) : ms === null));
    }
  });

  test.each(["30m1h", "1h1h", "1ms1s", "", "5", "1.5h"])("refuses %j, as the program does", (text) => {
    expect(pattern.test(text)).toBe(false);
    expect(parseDurationMs(text)).toBeNull();
  });
});
