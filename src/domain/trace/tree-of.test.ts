import fc from "fast-check";
import { expect, test } from "vitest";
import { treeOf } from "./tree-of.ts";

const node = (spanId: string, parentSpanId: string | null, startUs: number) => ({ spanId, parentSpanId, startUs });
const drawn = (nodes: Parameters<typeof treeOf>[0]): readonly string[] =>
  treeOf(nodes).map(({ node: { spanId }, depth }) => "-".repeat(depth) + spanId);

test("spans stand under their parents, siblings in the order of their start", () => {
  const nodes = [node("late", "root", 9), node("root", null, 1), node("early", "root", 2), node("inner", "early", 3)];
  expect(drawn(nodes)).toEqual(["root", "-early", "--inner", "-late"]);
});

test("a span whose parent is unknown is a root", () => {
  expect(drawn([node("a", "nowhere", 2), node("b", null, 1)])).toEqual(["b", "a"]);
});

test("every span is in the tree once, also in rings and where an id comes twice", () => {
  expect(drawn([node("a", "b", 1), node("b", "a", 2), node("a", null, 3)])).toEqual(["a", "-b"]);
  const ids = fc.constantFrom("a", "b", "c", "d", "e");
  const nodes = fc.array(fc.record({ spanId: ids, parentSpanId: fc.option(ids), startUs: fc.nat(9) }));
  fc.assert(
    fc.property(nodes, (some) => {
      const shown = treeOf(some).map(({ node: one }) => one.spanId);
      expect(shown.toSorted()).toEqual([...new Set(some.map(({ spanId }) => spanId))].toSorted());
    }),
  );
});

test("a chain of ten thousand spans is no danger to the stack", () => {
  const nodes = Array.from({ length: 10_000 }, (_, index) =>
    node(`s${index}`, index === 0 ? null : `s${index - 1}`, index),
  );
  expect(treeOf(nodes).at(-1)).toMatchObject({ depth: 9_999 });
});
