import { expect, test } from "vitest";
import { estimateCall } from "./estimate.ts";

const PRICE = {
  input: 2n,
  cachedInput: 1n,
  cacheWrite: 3n,
  output: 10n,
  reasoning: 10n,
  steps: [{ above: 1_000, input: 4n, cachedInput: 2n, cacheWrite: 6n, output: 15n, reasoning: 15n }],
};

const USAGE = { input: 400, cachedInput: 500, cacheWrite: 100, output: 7, reasoning: 0, estimated: false };

test("a request that the candidate makes longer is expected to cost what long prompts do", () => {
  const call = { usage: USAGE, baselineBytes: 4_000, candidateBytes: 4_000, mostOutput: 100, worstPico: 0n };
  expect(estimateCall(call, PRICE).expectedPico).toBe(1_000n * 2n + 7n * 10n);
  expect(estimateCall({ ...call, candidateBytes: 4_004 }, PRICE).expectedPico).toBe(1_001n * 4n + 7n * 15n);
});
