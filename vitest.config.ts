import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "bench/**/*.test.ts", "console/**/*.test.ts"],
    // A busy machine is slow, not wrong: limits of time in tests are there to end them, not to judge.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    // PGlite costs about half a gigabyte per instance; two cores.
    maxWorkers: 2,
  },
});
