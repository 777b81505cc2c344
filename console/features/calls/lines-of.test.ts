import * as fc from "fast-check";
import { expect, test } from "vitest";
import { linesOf } from "./lines-of.ts";

test("whatever the text is, its lines are the text again, and none breaks a character in two", () => {
  const text = fc.array(fc.constantFrom("a", "\n", "😀".repeat(81), "x".repeat(159), "é"), { maxLength: 12 });
  fc.assert(
    fc.property(text, (parts) => {
      const whole = parts.join("");
      const lines = linesOf(whole);
      const again = lines.map((line, at) => (at > 0 && line.number !== null ? `\n${line.text}` : line.text)).join("");
      expect(again).toBe(whole);
      for (const line of lines) {
        expect(line.text.isWellFormed()).toBe(true);
        expect(line.text.length).toBeLessThanOrEqual(161);
      }
      expect(lines.filter(({ number }) => number !== null).map(({ number }) => number)).toEqual(
        whole.split("\n").map((_, at) => at + 1),
      );
    }),
  );
});
