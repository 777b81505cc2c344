import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Every generator: a script beside this one that writes its files, and with `--check` only compares them. */
const GENERATORS = [
  "generate-errors-doc.ts",
  "generate-config-docs.ts",
  "generate-telemetry.ts",
  "generate-traces-doc.ts",
];

const scripts = GENERATORS.map((name) => join(import.meta.dirname, name)).filter((script) => existsSync(script));
const results = scripts.map((script) =>
  spawnSync(process.execPath, [script, ...process.argv.slice(2)], { stdio: "inherit" }),
);
if (results.some(({ status }) => status !== 0)) process.exitCode = 1;
