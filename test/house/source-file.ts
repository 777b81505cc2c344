import { parseSync, visitorKeys } from "oxc-parser";
import type { Node, Program } from "oxc-parser";

/** Contents by path from the project's root, with forward slashes. A test plants violations in one. */
export type FileMap = Readonly<Record<string, string>>;

/** One parsed TypeScript or JavaScript file. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  /** What the parser says when it cannot read the file; its program is empty then. */
  readonly syntaxError: string | null;
}

/** A broken house rule; `line` counts from 1. */
export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

/** A house rule: looks at all files and answers with what is wrong. */
export type Rule = (files: readonly SourceFile[]) => readonly Violation[];

/** Parses every source file of the map; other files are left out. */
export function parseFiles(files: FileMap): readonly SourceFile[] {
  const sources = Object.entries(files).filter(([path]) => /\.(tsx?|mjs)$/.test(path));
  return sources.map(([path, text]) => {
    const { program, errors } = parseSync(path, text);
    return { path, text, program, syntaxError: errors[0]?.message ?? null };
  });
}

/** Line of an offset, counted from 1. */
export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

/** A violation at a node of a file. */
export function violationAt(
  file: SourceFile,
  node: { readonly start: number },
  rule: string,
): (m: string) => Violation {
  return (message) => ({ file: file.path, line: lineAt(file.text, node.start), rule, message });
}

/** Where a node stands: its parent and under which field. */
export interface Place {
  readonly parent: Node | null;
  readonly field: string;
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "type" in value;

/** Visits a node and everything below it, parents first. */
export function walk(node: Node, visit: (node: Node, place: Place) => void, place: Place = TOP): void {
  visit(node, place);
  for (const field of visitorKeys[node.type] ?? []) {
    const value: unknown = Reflect.get(node, field);
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) walk(child, visit, { parent: node, field });
    }
  }
}

const TOP: Place = { parent: null, field: "" };

/** Whether the file is a unit test; such files may import and do anything a test may. */
export const isTest = (path: string): boolean => path.endsWith(".test.ts");

/** Whether the file is part of the console, which is built into what browsers load. */
export const isConsole = (path: string): boolean => path.startsWith("console/") && !/\.(test|config)\.ts$/.test(path);

/** Whether the file is part of the program that is shipped. */
export const isProduct = (path: string): boolean => path.startsWith("src/") && !isTest(path);
