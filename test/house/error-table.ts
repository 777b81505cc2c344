import { isProduct, violationAt, walk } from "./source-file.ts";
import type { FileMap, SourceFile, Violation } from "./source-file.ts";

const TABLES = "src/domain/error-table/";
const DOCS = "docs/errors.md";

const isTable = ({ path }: SourceFile): boolean => path.startsWith(TABLES);

/** Offsets of the codes in a table: the fields of its constant. */
function codesOf(table: SourceFile): ReadonlyMap<string, number> {
  const codes = new Map<string, number>();
  walk(table.program, (node) => {
    if (node.type !== "VariableDeclarator" || node.id.type !== "Identifier" || !node.id.name.endsWith("_ERRORS"))
      return;
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
  for (const file of files.filter(({ path }) => isProduct(path) && !path.startsWith(TABLES))) {
    walk(file.program, (node) => {
      if (node.type === "Literal" && typeof node.value === "string") literals.add(node.value);
      if (node.type === "Property" && node.key.type === "Identifier") literals.add(node.key.name);
    });
  }
  return literals;
}

/** Every code of the error tables is used by the product and stands in docs/errors.md. */
export function errorTable(files: readonly SourceFile[], texts: FileMap): readonly Violation[] {
  const used = literalsOf(files);
  const docs = texts[DOCS] ?? "";
  return files.filter(isTable).flatMap((table) =>
    [...codesOf(table)].flatMap(([code, start]) => {
      const violation = violationAt(table, { start }, "errors");
      return [
        used.has(code) ? null : violation(`${code} is never raised; use it or remove the row`),
        docs.includes(`\`${code}\``) ? null : violation(`${code} is not in ${DOCS}; run: npm run generate`),
      ].filter((each) => each !== null);
    }),
  );
}
