import { spawnSync } from "node:child_process";
import { join } from "node:path";

interface Stage {
  readonly name: string;
  /** A file that Node runs, from the project's root, and its arguments. */
  readonly command: readonly [file: string, ...args: string[]];
  /** What to do when it fails, where the output does not say it. */
  readonly help?: string;
}

const ROOT = join(import.meta.dirname, "..");

/** Everything that a machine can judge. All stages run, also after one has failed. */
const STAGES: readonly Stage[] = [
  { name: "format", command: ["node_modules/oxfmt/bin/oxfmt", "--list-different"], help: "run: npm run format" },
  { name: "lint", command: ["node_modules/oxlint/bin/oxlint", "--format=stylish"] },
  { name: "types", command: ["node_modules/typescript/bin/tsc", "--noEmit", "--pretty", "false"] },
  {
    name: "console",
    command: ["node_modules/typescript/bin/tsc", "-p", "console", "--noEmit", "--pretty", "false"],
  },
  { name: "house", command: ["node_modules/vitest/vitest.mjs", "run", "test/house", "--reporter=dot"] },
  { name: "dead code", command: ["node_modules/knip/bin/knip.js", "--no-progress"] },
  { name: "generated", command: ["scripts/generate.ts", "--check"], help: "run: npm run generate" },
];

/** Runs one stage, prints its line and, when it failed, its output; answers with whether it passed. */
function passes({ name, command, help }: Stage): boolean {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, NO_COLOR: "1" },
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const passed = status === 0;
  console.log(`${passed ? "ok    " : "FAILED"}  ${name.padEnd(10)} ${seconds.padStart(5)} s`);
  if (!passed) {
    const output = `${stdout}${stderr}${help ?? ""}`.trim();
    console.log(output.replaceAll(/^/gm, "        "));
  }
  return passed;
}

const failed = STAGES.filter((stage) => !passes(stage));
if (failed.length > 0) {
  console.log(`\n${failed.length} of ${STAGES.length} stages failed: ${failed.map(({ name }) => name).join(", ")}`);
  process.exitCode = 1;
}
