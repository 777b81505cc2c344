import fc from "fast-check";
import { expect, test } from "vitest";
import type { Condition } from "./condition.ts";
import { matches } from "./condition.ts";
import { inlineSegments } from "./inline-segments.ts";

const segment = (name: string): Condition => ({ type: "segment", name });
const isStaff: Condition = { type: "attribute", attribute: "role", tests: [{ type: "one-of", values: ["staff"] }] };

test("segments are written out, also those within others", () => {
  const segments = new Map<string, Condition>([
    ["staff", isStaff],
    ["others", { type: "not", of: segment("staff") }],
  ]);
  expect(inlineSegments({ type: "any", of: [segment("staff"), segment("others")] }, segments)).toEqual({
    type: "any",
    of: [isStaff, { type: "not", of: isStaff }],
  });
});

test("what is unknown, circular or too large cannot be written out", () => {
  expect(inlineSegments(segment("nobody"), new Map())).toBeNull();
  expect(inlineSegments(segment("a"), new Map([["a", { type: "not", of: segment("a") } as const]]))).toBeNull();
  const doubling = new Map<string, Condition>([["s0", isStaff]]);
  for (let level = 1; level <= 30; level += 1) {
    doubling.set(`s${level}`, { type: "all", of: [segment(`s${level - 1}`), segment(`s${level - 1}`)] });
  }
  expect(inlineSegments(segment("s30"), doubling)).toBeNull();
});

test("what is written out holds for the same contexts", () => {
  const leaf = fc.constantFrom<Condition>(isStaff, segment("s"), segment("t"));
  const condition = fc.letrec<{ it: Condition }>((tie) => ({
    it: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.record({ type: fc.constantFrom("all" as const, "any" as const), of: fc.array(tie("it"), { maxLength: 3 }) }),
      fc.record({ type: fc.constant("not" as const), of: tie("it") }),
    ),
  })).it;
  fc.assert(
    fc.property(condition, fc.constantFrom("staff", "guest"), (one, role) => {
      const segments = new Map<string, Condition>([
        ["s", { type: "not", of: segment("t") }],
        ["t", isStaff],
      ]);
      const inlined = inlineSegments(one, segments);
      expect(inlined).not.toBeNull();
      expect(matches(inlined ?? isStaff, { role })).toBe(matches(one, { role }, segments));
    }),
  );
});
