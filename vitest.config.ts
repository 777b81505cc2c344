import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "bench/**/*.test.ts", "console/**/*.test.ts"],
    // A busy machine is slow, not wrong: limits of time in tests are there to end them, not to judge.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    // V8 13.6 sometimes aborts when it frees the compiled wrapper of a function that WebAssembly imports while another
    // thread makes one (a check in ThreadIsolation::UnregisterWasmAllocation). Tests start and stop threads with
    // WebAssembly all the time, a server once: here wrappers are never compiled.
    execArgv: ["--wasm-wrapper-tiering-budget=1000000000"],
    // PGlite costs about half a gigabyte per instance; two cores.
    maxWorkers: 2,
  },
});
