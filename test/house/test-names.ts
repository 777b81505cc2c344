import type { Node } from "oxc-parser";
import { isTest, violationAt } from "./source-file.ts";
import type { SourceFile, Violation } from "./source-file.ts";
import { walk } from "./source-file.ts";

/** The function a call begins with: `describe` for `describe.skipIf(x)("…", …)`. */
function rootName(callee: Node): string {
  if (callee.type === "Identifier") return callee.name;
  if (callee.type === "MemberExpression") return rootName(callee.object);
  return callee.type === "CallExpression" ? rootName(callee.callee) : "";
}

const SUITES: ReadonlySet<string> = new Set(["describe", "suite"]);
const TESTS: ReadonlySet<string> = new Set(["it", "test"]);

interface Titled {
  readonly node: Node;
  readonly title: string;
  readonly isSuite: boolean;
}

function titled(node: Node): Titled | null {
  if (node.type !== "CallExpression") return null;
  const name = rootName(node.callee);
  const [first] = node.arguments;
  if (first?.type !== "Literal" || typeof first.value !== "string") return null;
  if (!SUITES.has(name) && !TESTS.has(name)) return null;
  return { node, title: first.value, isSuite: SUITES.has(name) };
}

/** Two tests of one file never bear the same name: a failure must point at one of them. */
export function testNames(files: readonly SourceFile[]): readonly Violation[] {
  return files
    .filter((file) => isTest(file.path))
    .flatMap((file) => {
      const found: Titled[] = [];
      walk(file.program, (node) => {
        const each = titled(node);
        if (each !== null) found.push(each);
      });
      const suites = found.filter(({ isSuite }) => isSuite);
      const encloses = (suite: Titled, { node }: Titled) => suite.node.start < node.start && node.end <= suite.node.end;
      const seen = new Set<string>();
      return found.flatMap((each) => {
        if (each.isSuite) return [];
        const path = suites.filter((suite) => encloses(suite, each)).map(({ title }) => title);
        const full = [...path, each.title].join(" > ");
        const isRepeated = seen.has(full);
        seen.add(full);
        return isRepeated ? [violationAt(file, each.node, "tests")(`a second test is named “${full}”`)] : [];
      });
    });
}
