import { posix } from "node:path";
import { isConsole, isProduct } from "./source-file.ts";
import type { SourceFile, Violation } from "./source-file.ts";

const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|contract|config))?\.(tsx?|mjs)$/;

/** Folder names that say nothing about their contents, and decay. */
const EMPTY_WORDS: ReadonlySet<string> = new Set(["utils", "util", "common", "misc", "helpers", "helper", "shared"]);

/** `CallFacts` → `call-facts`, `sha256Hex` → `sha256-hex`, `NO_USAGE` → `no-usage`. */
export const kebab = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll(/([A-Z])([A-Z][a-z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();

function exportedNames(file: SourceFile): readonly string[] {
  return file.program.body.flatMap((node) => {
    if (node.type !== "ExportNamedDeclaration") return [];
    const { declaration } = node;
    if (declaration === null) {
      return node.specifiers.map(({ exported }) => (exported.type === "Identifier" ? exported.name : ""));
    }
    if (declaration.type === "VariableDeclaration") {
      return declaration.declarations.map(({ id }) => (id.type === "Identifier" ? id.name : ""));
    }
    return "id" in declaration && declaration.id?.type === "Identifier" ? [declaration.id.name] : [];
  });
}

const wordsOf = (name: string): readonly string[] =>
  kebab(name)
    .split("-")
    .map((word) => word.replace(/s$/, ""));

/**
 * Whether a file's name fits its exports. A single export gives the file its words (`canonical.ts`,
 * `CanonicalRequest`); of several, one shares at least a word with the theme that the file is named by.
 */
function fits(fileName: string, exported: readonly string[]): boolean {
  const wanted = wordsOf(fileName);
  return exported.some((name) => {
    const words = new Set([...wordsOf(name), wordsOf(name).join("")]);
    return exported.length === 1 ? wanted.every((word) => words.has(word)) : wanted.some((word) => words.has(word));
  });
}

function namedByExport(file: SourceFile): string | null {
  const fileName = posix.basename(file.path).replace(/\.tsx?$/, "");
  const names = exportedNames(file);
  // The number of a migration is no word. A registry, a program, and the file that bears its folder's name (the folder's own words) need no main export.
  const needsNone = ["index", "main", posix.basename(posix.dirname(file.path))].includes(fileName);
  if (!(isProduct(file.path) || isConsole(file.path)) || needsNone || names.length === 0) return null;
  if (fits(fileName.replace(/^\d+-/, ""), names)) return null;
  return `named after none of its exports (${names.slice(0, 4).join(", ")})`;
}

/** Files in kebab-case, named by an export; folders named by their role. */
export function naming(files: readonly SourceFile[]): readonly Violation[] {
  return files.flatMap((file) => {
    const emptyWord = posix
      .dirname(file.path)
      .split("/")
      .find((folder) => EMPTY_WORDS.has(folder));
    const messages = [
      KEBAB.test(posix.basename(file.path)) ? null : "not in kebab-case",
      emptyWord === undefined ? null : `the folder name ${emptyWord} says nothing; name it by its role`,
      namedByExport(file),
    ];
    return messages
      .filter((message) => message !== null)
      .map((message) => ({ file: file.path, line: 1, rule: "names", message }));
  });
}
