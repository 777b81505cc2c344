import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffLines } from "./line-diff.ts";

const LINES = fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 12 }).map((lines) => lines.join("\n"));

/** The length of the longest common subsequence, by trying everything. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  const [first, ...rest] = a;
  if (first === undefined || b.length === 0) return 0;
  const at = b.indexOf(first);
  const without = longestCommon(rest, b);
  return at < 0 ? without : Math.max(without, 1 + longestCommon(rest, b.slice(at + 1)));
}

describe("the comparison of two texts", () => {
  it("holds both texts whole", () => {
    fc.assert(
      fc.property(LINES, LINES, (before, after) => {
        const lines = diffLines(before, after);
        const side = (gone: "added" | "removed"): string =>
          lines
            .filter(({ kind }) => kind !== gone)
            .map(({ text }) => text)
            .join("\n");
        expect(side("added")).toBe(before);
        expect(side("removed")).toBe(after);
      }),
    );
  });

  it("keeps as many lines as can be kept", () => {
    fc.assert(
      fc.property(LINES, LINES, (before, after) => {
        const kept = diffLines(before, after).filter(({ kind }) => kind === "same").length;
        expect(kept).toBe(longestCommon(before.split("\n"), after.split("\n")));
      }),
      { numRuns: 60 },
    );
  });

  it("shows what is too long to compare as replaced, in a moment", () => {
    const text = (word: string): string => Array.from({ length: 3_000 }, (_, line) => `${word} ${line}`).join("\n");
    const lines = diffLines(`same\n${text("old")}`, `same\n${text("new")}`);
    expect(lines.filter(({ kind }) => kind === "same")).toHaveLength(1);
    expect(lines).toHaveLength(6_001);
  });
});
