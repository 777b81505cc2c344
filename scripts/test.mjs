// `npm test`: see prepare.mjs for what this file may use. The last line of output is the count, alone.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepare, root, runInForeground } from "./prepare.mjs";

const node = prepare({ developing: true });
const folder = mkdtempSync(join(tmpdir(), "rollward-test-"));
const summaryFile = join(folder, "summary.json");

const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const reporters = ["--reporter=default", `--reporter=${join(root, "scripts", "summary-reporter.ts")}`];
const status = await runInForeground(node, [vitest, "run", "--root", root, ...reporters, ...process.argv.slice(2)], {
  variables: { ROLLWARD_TEST_SUMMARY_FILE: summaryFile },
});

/** @returns {{ passed: number, failed: number, skipped: number }} */
function readSummary() {
  try {
    return JSON.parse(readFileSync(summaryFile, "utf8"));
  } catch {
    // The runner itself died before it could count.
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const { passed, failed, skipped } = readSummary();
rmSync(folder, { recursive: true, force: true });
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = status === 0 && failed > 0 ? 1 : status;
