import type { Node } from "oxc-parser";
import { isProduct, violationAt, walk } from "./source-file.ts";
import type { Place, SourceFile, Violation } from "./source-file.ts";

/** Folders in which time, randomness and the environment come only through ports. */
const PURE = /^src\/(domain|gateway|delivery|evals|ports)\//;

/** Global names that reach the world, and the port to use. */
const GLOBALS: Readonly<Record<string, string>> = {
  process: "the environment is read in config and main",
  performance: "use the port Clock",
  setTimeout: "use Clock.after",
  setInterval: "use Clock.after",
  setImmediate: "use Clock.after",
  crypto: "use the port Ids",
  fetch: "use the port Provider",
  WebSocket: "use a port",
  globalThis: "name the global itself",
  console: "use a port",
};

/** Members of otherwise harmless globals. */
const MEMBERS: Readonly<Record<string, string>> = {
  "Date.now": "use Clock.now",
  "Math.random": "use the port Ids",
  "AbortSignal.timeout": "use Clock.after with an AbortController",
};

const isDate = (node: Node): boolean => node.type === "Identifier" && node.name === "Date";

/**
 * Whether an identifier stands for a value and is not merely the name of a field, a method or a type.
 * A variable or parameter that bears the name of such a global counts too: it would only confuse.
 */
function isValue({ parent, field }: Place): boolean {
  if (parent === null) return false;
  if (field === "key" || field === "property") return "computed" in parent && parent.computed;
  return field === "expression" || !parent.type.startsWith("TS");
}

function memberName(node: Node): string | null {
  if (node.type !== "MemberExpression" || node.object.type !== "Identifier") return null;
  if (!node.computed && node.property.type === "Identifier") return `${node.object.name}.${node.property.name}`;
  return node.property.type === "Literal" ? `${node.object.name}.${String(node.property.value)}` : null;
}

function impurity(node: Node, place: Place): string | null {
  const member = memberName(node);
  if (member !== null && MEMBERS[member] !== undefined) return `${member}: ${MEMBERS[member]}`;
  if (node.type === "NewExpression" && isDate(node.callee) && node.arguments.length === 0) {
    return "new Date(): use Clock.now";
  }
  if (node.type === "CallExpression" && isDate(node.callee)) return "Date(): use Clock.now";
  if (node.type !== "Identifier" || !Object.hasOwn(GLOBALS, node.name)) return null;
  return isValue(place) ? `${node.name}: ${GLOBALS[node.name]}` : null;
}

/** Time, randomness, environment and network are ports: the rules and the two ways never touch them directly. */
export function purity(files: readonly SourceFile[]): readonly Violation[] {
  return files
    .filter((file) => isProduct(file.path) && PURE.test(file.path))
    .flatMap((file) => {
      const violations: Violation[] = [];
      walk(file.program, (node, place) => {
        const message = impurity(node, place);
        if (message !== null) violations.push(violationAt(file, node, "purity")(message));
      });
      return violations;
    });
}
