// What the console is built from, and what stands built. See prepare.mjs for what this file may use.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./prepare.mjs";

/** Where the console's sources are. */
export const consoleFolder = join(root, "console");

/** Where builds stand: `current.json` names the one that is served. */
export const builtFolder = join(consoleFolder, "dist");

/** Not sources: what is built, and what nobody is served. */
const isSource = (/** @type {string} */ path) => !/^(dist|node_modules)([\\/]|$)|\.md$/.test(path);

/**
 * SHA-256 of everything that the build reads: sources and locked packages; 16 hex digits.
 * @returns {string}
 */
export function sourcesHash() {
  const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
  const entries = readdirSync(consoleFolder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const paths = files.map((file) => file.slice(consoleFolder.length + 1)).filter(isSource);
  for (const path of paths.toSorted()) hash.update(`\0${path}\0`).update(readFileSync(join(consoleFolder, path)));
  return hash.digest("hex").slice(0, 16);
}

/**
 * What stands built, or `null`.
 * @returns {{ hash: string, folder: string } | null}
 */
export function currentBuild() {
  try {
    const current = JSON.parse(readFileSync(join(builtFolder, "current.json"), "utf8"));
    return existsSync(join(builtFolder, current.folder, "index.html")) ? current : null;
  } catch {
    return null;
  }
}

/**
 * How the console of this tree stands: built from these sources, to be built, or impossible to build, because the
 * development packages are missing. A tree without its sources has what was shipped with it.
 * @returns {"ready" | "stale" | "unbuildable"}
 */
export function consoleStanding() {
  if (!existsSync(join(consoleFolder, "index.html"))) return "ready";
  if (currentBuild()?.hash === sourcesHash()) return "ready";
  return existsSync(join(root, "node_modules", "vite", "package.json")) ? "stale" : "unbuildable";
}
