import type { Node } from "oxc-parser";
import { lineAt, walk } from "./source-file.ts";
import type { SourceFile } from "./source-file.ts";

/** One import, re-export, dynamic import, import type or worker address of a file. */
export interface Import {
  /** As written; `null` when it is computed and cannot be known. */
  readonly specifier: string | null;
  readonly typeOnly: boolean;
  /** `new URL("./worker.ts", import.meta.url)`: the file of a worker or of another process. */
  readonly isAddress: boolean;
  readonly line: number;
}

interface Found {
  readonly source: Node | undefined;
  readonly typeOnly?: boolean;
  readonly isAddress?: boolean;
}

const isNamed = (node: Node, name: string): boolean => node.type === "Identifier" && node.name === name;

const textOf = (node: Node | undefined): string | null =>
  node?.type === "Literal" && typeof node.value === "string" ? node.value : null;

/** Whether the node is `new URL("….ts", import.meta.url)`; addresses of data are nobody's import. */
function isModuleAddress(node: Node): boolean {
  if (node.type !== "NewExpression" || !isNamed(node.callee, "URL")) return false;
  const [path, base] = node.arguments;
  const isBesideUs = base?.type === "MemberExpression" && base.object.type === "MetaProperty";
  return isBesideUs && /\.(ts|m?js)$/.test(textOf(path) ?? "");
}

function importIn(node: Node): Found | null {
  switch (node.type) {
    case "ImportDeclaration": {
      const { source, importKind, specifiers } = node;
      const eachIsType = specifiers.every((each) => each.type === "ImportSpecifier" && each.importKind === "type");
      return { source, typeOnly: importKind === "type" || (specifiers.length > 0 && eachIsType) };
    }
    case "ExportNamedDeclaration":
      return node.source === null ? null : { source: node.source, typeOnly: node.exportKind === "type" };
    case "ExportAllDeclaration":
      return { source: node.source, typeOnly: node.exportKind === "type" };
    case "ImportExpression":
      return { source: node.source };
    case "TSImportType":
      return { source: node.source, typeOnly: true };
    case "NewExpression":
      return isModuleAddress(node) ? { source: node.arguments[0], isAddress: true } : null;
    case "CallExpression":
      return isNamed(node.callee, "require") ? { source: node.arguments[0] } : null;
    default:
      return null;
  }
}

/** Everything a file imports, in the order of the text. */
export function importsOf(file: SourceFile): readonly Import[] {
  const imports: Import[] = [];
  walk(file.program, (node) => {
    const found = importIn(node);
    if (found === null) return;
    const { source, typeOnly = false, isAddress = false } = found;
    imports.push({ specifier: textOf(source), typeOnly, isAddress, line: lineAt(file.text, node.start) });
  });
  return imports;
}
