import fc from "fast-check";
import { expect, test } from "vitest";
import { findCycle } from "./find-cycle.ts";

const of = (edges: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, readonly string[]> =>
  new Map(Object.entries(edges));

test("names a circle from its first member back to it", () => {
  expect(findCycle(of({ a: ["b"], b: ["c"], c: ["b"] }))).toEqual(["b", "c", "b"]);
  expect(findCycle(of({ a: ["a"] }))).toEqual(["a", "a"]);
});

test("finds none where everything comes after something", () => {
  expect(findCycle(of({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] }))).toBeNull();
  expect(findCycle(of({ a: ["nobody"] }))).toBeNull();
});

test("bears a chain of thousands", () => {
  const names = Array.from({ length: 5_000 }, (_, index) => `e${index}`);
  const chain = names.map((name, index) => [name, names.slice(index + 1, index + 2)] as const);
  expect(findCycle(new Map(chain))).toBeNull();
});

test("what it names is a circle, and there is none where an order exists", () => {
  const names = ["a", "b", "c", "d", "e"];
  const edges = fc.dictionary(fc.constantFrom(...names), fc.subarray(names));
  fc.assert(
    fc.property(edges, (graph) => {
      const cycle = findCycle(of(graph));
      if (cycle === null) {
        const left = new Set(Object.keys(graph));
        // Whoever waits for nobody that is left can go; everybody can in the end.
        for (let turn = 0; turn < names.length; turn += 1) {
          for (const name of left) if ((graph[name] ?? []).every((other) => !left.has(other))) left.delete(name);
        }
        expect(left.size).toBe(0);
        return;
      }
      expect(cycle[0]).toBe(cycle.at(-1));
      cycle.slice(1).forEach((name, index) => expect(graph[cycle[index] ?? ""]).toContain(name));
    }),
  );
});
