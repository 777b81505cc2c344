import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PROFILES } from "../../fixtures/faulty-provider/profile.ts";
import type { Verdict } from "./judge.ts";
import { nameOf, projectFor, RUNS } from "./project.ts";
import type { Run } from "./project.ts";
import { runFault } from "./run-fault.ts";
import type { FaultResult } from "./run-fault.ts";
import { startStage } from "./stage.ts";
import type { Stage } from "./stage.ts";
import { TIMINGS } from "./timing.ts";

/**
 * What is not a pass. Once bytes have gone to the caller, server-sent events allow no restart: what dies in the middle
 * then ends in an honest error, unless the release holds the beginning back. An event that is not JSON is never skipped,
 * because nobody knows what it said.
 */
const OTHERWISE: Readonly<Record<string, Verdict>> = {
  "s08-stream": "safe",
  "s09-stream": "safe",
  "s10-stream": "safe",
  "s10-held": "partial",
  "s14-stream": "safe",
};

const wantedOf = (run: Run): Verdict => OTHERWISE[nameOf(run)] ?? "pass";

let stage: Stage;
const results = new Map<Run, Promise<FaultResult>>();

beforeAll(async () => {
  const profile = PROFILES.fast;
  stage = await startStage(profile, (baseUrl) => projectFor(baseUrl, TIMINGS[profile.name]));
  // All at once: most of the time is waiting, and no two share a provider, a model or an endpoint.
  for (const run of RUNS) results.set(run, runFault(stage, run));
});

afterAll(async () => {
  await Promise.allSettled(results.values());
  await stage.stop();
});

describe("sixteen faults of a provider, through the real server", () => {
  test.each(RUNS.map((run) => [run.scenario.id, run.form, run.scenario.title, wantedOf(run), run] as const))(
    "%s (%s), %s: %s",
    { timeout: 60_000 },
    async (...[, , , wanted, run]) => {
      const result = await results.get(run);
      expect(result, `missed: ${result?.missed.join("; ")}`).toEqual({ ...result, verdict: wanted });
    },
  );

  test("leave no attempt behind at the provider and no call in the server", async () => {
    await Promise.allSettled(results.values());
    await expect.poll(() => stage.provider.connections().busy).toBe(0);
  });
});
