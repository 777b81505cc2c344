import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byCloseness, closest, editDistance } from "./closest.ts";

const WORD = fc.string({ maxLength: 8, unit: fc.constantFrom("a", "b", "c") });

describe("the edit distance", () => {
  it.each([
    ["kitten", "sitting", 3],
    ["timeout", "timeouts", 1],
    ["timeuot", "timeout", 1],
    ["", "abc", 3],
    ["ca", "abc", 3],
  ])("from %s to %s is %i", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  it("is symmetric, and 0 for equal words alone", () => {
    fc.assert(
      fc.property(WORD, WORD, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(editDistance(a, b)).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      }),
    );
  });

  it("counts one edit as one", () => {
    fc.assert(
      fc.property(WORD, fc.nat(), fc.constantFrom("x", ""), (word, at, letter) => {
        const place = at % (word.length + 1);
        expect(editDistance(word, word.slice(0, place) + letter + word.slice(place))).toBe(letter.length);
      }),
    );
  });
});

describe("the closest word", () => {
  it("is the one that was probably meant", () => {
    const words = ["environment", "providers", "endpoints", "limits"];
    expect(closest("enviroment", words)).toBe("environment");
    expect(closest("provider", words)).toBe("providers");
    expect(closest("LIMITS", words)).toBe("limits");
  });

  it("is none when nothing is near", () => {
    expect(closest("colour", ["record", "tools"])).toBeNull();
    expect(closest("x", [])).toBeNull();
    expect(closest("a".repeat(500), ["a".repeat(499)])).toBeNull();
  });

  it("comes first in the order of closeness, and equal ones keep theirs", () => {
    expect(byCloseness("gpt-x-2026-05-11", ["b", "gpt-y-2026-02-10", "gpt-x-2026-05-01", "a"])).toEqual([
      "gpt-x-2026-05-01",
      "gpt-y-2026-02-10",
      "b",
      "a",
    ]);
  });
});
