import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { builtFolder, currentBuild } from "./console-sources.mjs";

const ROOT = join(import.meta.dirname, "..");
const DIST = join(ROOT, "dist");

/** A worker's file named beside the module. The compiler rewrites the endings of imports, not of these. */
const WORKER_URL = /new URL\("(\.[^"]+)\.ts", import\.meta\.url\)/g;

rmSync(DIST, { recursive: true, force: true });
const { status } = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], {
  cwd: ROOT,
  stdio: "inherit",
});

// Files that the program reads beside its code.
cpSync(join(ROOT, "src"), DIST, { recursive: true, filter: (path) => !path.endsWith(".ts") });
const modules = readdirSync(DIST, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".js"));
for (const path of modules.map((each) => join(DIST, each))) {
  const text = readFileSync(path, "utf8");
  const rewritten = text.replaceAll(WORKER_URL, (original, name: string) =>
    existsSync(join(dirname(path), `${name}.js`)) ? `new URL("${name}.js", import.meta.url)` : original,
  );
  if (rewritten !== text) writeFileSync(path, rewritten);
}
console.log(`dist: ${modules.length} modules`);

// The console's files, and which of them are served.
const built = spawnSync(process.execPath, ["scripts/build-console.ts"], { cwd: ROOT, stdio: "inherit" });
const current = currentBuild();
if (current !== null) {
  cpSync(join(builtFolder, current.folder), join(DIST, "console", current.folder), { recursive: true });
  cpSync(join(builtFolder, "current.json"), join(DIST, "console", "current.json"));
}
process.exitCode = status === 0 ? (built.status ?? 1) : (status ?? 1);
