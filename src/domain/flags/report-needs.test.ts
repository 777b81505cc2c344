import fc from "fast-check";
import { expect, test } from "vitest";
import { reportNeeds } from "./report-needs.ts";

const report = (needs: Readonly<Record<string, readonly string[]>>) => reportNeeds(new Map(Object.entries(needs)));

test("a circle is told once, from where it was met first", () => {
  expect(report({ a: ["b"], b: ["c"], c: ["a"], d: ["a"] }).cycles).toEqual([["a", "b", "c"]]);
  expect(report({ a: ["a"] }).cycles).toEqual([["a"]]);
  expect(report({ a: ["b", "c"], b: ["a"], c: ["a"] }).cycles).toEqual([
    ["a", "b"],
    ["a", "c"],
  ]);
});

test("needs that meet again are no circle, and what is not there is left alone", () => {
  const { cycles, depths } = report({ a: ["b", "c", "nobody"], b: ["d"], c: ["d"], d: [] });
  expect(cycles).toEqual([]);
  expect(Object.fromEntries(depths)).toEqual({ d: 0, b: 1, c: 1, a: 2 });
});

test("a row of a hundred thousand needs no stack", () => {
  const needs = new Map(Array.from({ length: 100_000 }, (_, index) => [`n${index}`, [`n${index + 1}`]] as const));
  const { cycles, depths } = reportNeeds(needs);
  expect(cycles).toEqual([]);
  expect(depths.get("n0")).toBe(99_999);
});

test("there is a circle exactly where no order puts everything after what it needs", () => {
  const name = fc.constantFrom("a", "b", "c", "d", "e");
  fc.assert(
    fc.property(fc.dictionary(name, fc.array(name, { maxLength: 3 })), (needs) => {
      const left = new Map(Object.entries(needs).map(([key, needed]) => [key, needed.filter((one) => one in needs)]));
      for (let isMoving = true; isMoving;) {
        const free = [...left].filter(([, needed]) => needed.every((one) => !left.has(one))).map(([key]) => key);
        for (const key of free) left.delete(key);
        isMoving = free.length > 0;
      }
      expect(report(needs).cycles.length > 0).toBe(left.size > 0);
    }),
  );
});
