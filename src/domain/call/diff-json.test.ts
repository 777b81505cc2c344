import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "../json.ts";
import { diffJson } from "./diff-json.ts";

test("members are compared by name, and items of lists by what they hold", () => {
  const before = { a: 1, b: [{ id: 1 }, { id: 2 }, { id: 3 }], "c/d": true };
  const after = { a: 2, b: [{ id: 0 }, { id: 1 }, { id: 2, new: "x" }], e: null };
  expect(diffJson(before, after).changes).toEqual([
    { path: "/a", kind: "changed", before: 1, after: 2 },
    { path: "/b/0", kind: "added", after: { id: 0 } },
    { path: "/b/2/new", kind: "added", after: "x" },
    { path: "/b/2", kind: "removed", before: { id: 3 } },
    { path: "/c~1d", kind: "removed", before: true },
    { path: "/e", kind: "added", after: null },
  ]);
});

test("a value differs from itself in nothing, and from another in something", () => {
  const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;
  fc.assert(
    fc.property(json, json, (one, other) => {
      expect(diffJson(one, one)).toEqual({ changes: [], cut: false });
      const isSame = JSON.stringify(one) === JSON.stringify(other);
      if (isSame) expect(diffJson(one, other).changes).toEqual([]);
    }),
  );
});

test("what is nested as deep as nobody writes it is compared as far as that goes, and it is said", () => {
  const deep = (levels: number, core: string): Json =>
    JSON.parse(`${"[".repeat(levels)}${JSON.stringify(core)}${"]".repeat(levels)}`) as Json;
  const { changes, cut } = diffJson(deep(9_000, "a"), deep(9_000, "b"));
  expect({ changes, cut }).toEqual({ changes: [], cut: true });
  const other = diffJson({ same: 1, deep: deep(9_000, "a") }, { same: 1, deep: "shallow" });
  expect(other.changes.map(({ path, kind }) => `${path} ${kind}`)).toEqual(["/deep changed"]);
  expect(JSON.stringify(other).length).toBeLessThan(2_000);
  expect(diffJson(deep(100, "a"), deep(100, "b"))).toMatchObject({ cut: false });
});

test("the number of changes is bounded, and it is said that there are more", () => {
  const many = (value: number): Json => Array.from({ length: 1_000 }, (_, index) => index * value);
  const { changes, cut } = diffJson(many(1), many(-1));
  expect([changes.length, cut]).toEqual([200, true]);
});
