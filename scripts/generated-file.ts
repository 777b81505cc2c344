import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const ROOT = join(import.meta.dirname, "..");

/**
 * Writes a generated file, or with `--check` on the command line compares it and sets exit status 1 when it differs.
 * `path` counts from the project's root.
 */
export function writeGenerated(path: string, content: string): void {
  const file = join(ROOT, path);
  const isFresh = existsSync(file) && readFileSync(file, "utf8") === content;
  const name = relative(ROOT, file);
  if (isFresh) {
    console.log(`${name} is fresh`);
  } else if (process.argv.includes("--check")) {
    console.error(`${name} is not what its generator makes; run: npm run generate`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    console.log(`${name} written`);
  }
}
