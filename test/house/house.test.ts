import { resolve } from "node:path";
import { expect, it } from "vitest";
import { describeViolations, inspectHouse } from "./house.ts";
import { readTree } from "./read-tree.ts";

const ROOT = resolve(import.meta.dirname, "../..");

it("finds the whole tree in the order that house.md and CONTRIBUTING.md lay down", () => {
  const tree = readTree(ROOT);
  expect(Object.keys(tree)).toContain("src/domain/errors.ts");
  const violations = inspectHouse(tree);
  if (violations.length > 0) throw new Error(describeViolations(violations));
});
