import { isProduct, violationAt, walk } from "./source-file.ts";
import type { FileMap, SourceFile, Violation } from "./source-file.ts";

const TABLE = "src/domain/errors.ts";
const DOCS = "docs/errors.md";

/** Offsets of the codes in the table's own file: the fields of `ERRORS`. */
function codesOf(table: SourceFile): ReadonlyMap<string, number> {
  const codes = new Map<string, number>();
  walk(table.program, (node) => {
    if (node.type !== "VariableDeclarator" || node.id.type !== "Identifier" || node.id.name !== "ERRORS") return;
    walk(node, (inner, { parent }) => {
      const isRow = parent?.type === "ObjectExpression" && inner.type === "Property";
      if (!isRow || inner.value.type !== "ObjectExpression") return;
      if (inner.key.type === "Identifier") codes.set(inner.key.name, inner.start);
    });
  });
  return codes;
}

function literalsOf(files: readonly SourceFile[]): ReadonlySet<string> {
  const literals = new Set<string>();
  for (const file of files.filter(({ path }) => isProduct(path) && path !== TABLE)) {
    walk(file.program, (node) => {
      if (node.type === "Literal" && typeof node.value === "string") literals.add(node.value);
      if (node.type === "Property" && node.key.type === "Identifier") literals.add(node.key.name);
    });
  }
  return literals;
}

/** Every code of the error table is used by the product and stands in docs/errors.md. */
export function errorTable(files: readonly SourceFile[], texts: FileMap): readonly Violation[] {
  const table = files.find(({ path }) => path === TABLE);
  if (table === undefined) return [];
  const used = literalsOf(files);
  const docs = texts[DOCS] ?? "";
  return [...codesOf(table)].flatMap(([code, start]) => {
    const violation = violationAt(table, { start }, "errors");
    return [
      used.has(code) ? null : violation(`${code} is never raised; use it or remove the row`),
      docs.includes(`\`${code}\``) ? null : violation(`${code} is not in ${DOCS}; run: npm run generate`),
    ].filter((each) => each !== null);
  });
}
