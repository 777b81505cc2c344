import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError, TestModule } from "vitest/node";

/** How many tests had which end. Errors outside of any test count as failed. */
interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

function summarise(modules: readonly TestModule[], strayErrors: readonly SerializedError[]): Summary {
  const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
  const count = (state: string): number => states.filter((each) => each === state).length;
  // A file that cannot be loaded, or whose hook throws, has no failing test to show for it.
  const brokenSuites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
  const suiteErrors = brokenSuites.filter((suite) => suite.errors().length > 0).length;
  const unfinished = count("pending");
  return {
    passed: count("passed"),
    failed: count("failed") + unfinished + suiteErrors + strayErrors.length,
    skipped: count("skipped"),
  };
}

/**
 * Writes the counts as JSON to the file that `scripts/test.mjs` names, for the closing line of `npm test`.
 * A default export, because Vitest loads a reporter from a file by that.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], strayErrors: readonly SerializedError[]): void {
    const file = process.env["ROLLWARD_TEST_SUMMARY_FILE"];
    if (file !== undefined) writeFileSync(file, JSON.stringify(summarise(modules, strayErrors)));
  }
}
