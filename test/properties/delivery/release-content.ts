import type { ReleaseContent } from "../../../src/domain/release/release.ts";

/** The content of the next release of an endpoint; each number is a release of its own. */
export const releaseContent = (endpoint: string, number: number): ReleaseContent => ({
  format: "rollward.release/1",
  endpoint,
  prompt: null,
  models: [{ provider: "simulated", model: "steady-1" }],
  parameters: { temperature: number / 1_000 },
  tools: [],
  policies: {
    record: "facts",
    retainBodiesDays: 1,
    timeouts: { connectMs: 1, firstTokenMs: 1, idleMs: 1, totalMs: 1 },
  },
});
