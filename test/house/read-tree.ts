import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { FileMap } from "./source-file.ts";

/** Folders that are not part of the tree: made by tools, or by running the program. */
const NOT_OURS: ReadonlySet<string> = new Set([".git", "node_modules", "dist", ".rollward", "coverage"]);

/** Files whose contents are text that people or tools wrote; the lock file is a tool's alone but must not name hosts. */
const TEXT =
  /\.(tsx?|mjs|js|json|jsonc|md|yaml|yml|sql|sh|txt|html|css|mustache|liquid)$|\/(run|LICENSE|NOTICE|\.[a-z]+rc)$/;

function* pathsBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (NOT_OURS.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* pathsBelow(path);
    else if (entry.isFile() && TEXT.test(path)) yield path;
  }
}

/** Every text file of the project below `root` (an absolute path), by its path from there. */
export function readTree(root: string): FileMap {
  const paths = [...pathsBelow(root)].toSorted();
  return Object.fromEntries(
    paths.map((path) => [relative(root, path).split(sep).join("/"), readFileSync(path, "utf8")]),
  );
}
