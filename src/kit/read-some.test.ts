import fc from "fast-check";
import { expect, test } from "vitest";
import { readSome } from "./read-some.ts";

async function* piecesOf(pieces: readonly Buffer[], taken: { count: number }): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    taken.count += 1;
    yield piece;
  }
}

test("reads a beginning, says whether it is all, and asks for no piece beyond", async () => {
  const pieces = fc.array(fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 5 }), {
    maxLength: 10,
  });
  await fc.assert(
    fc.asyncProperty(pieces, fc.nat({ max: 30 }), async (texts, most) => {
      const taken = { count: 0 };
      const whole = texts.join("");
      const read = await readSome(
        piecesOf(
          texts.map((text) => Buffer.from(text)),
          taken,
        ),
        most,
      );
      expect(read).toEqual({ text: whole.slice(0, most), isWhole: whole.length <= most });
      const before = texts.slice(0, Math.max(0, taken.count - 1)).join("").length;
      expect(before).toBeLessThanOrEqual(most);
    }),
  );
});
