import { afterEach, expect, test } from "vitest";
import type { z } from "zod";
import { sendProject } from "../../src/cli/send-project.ts";
import type { rolloutView } from "../../src/contract/rollouts.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

type RolloutView = z.output<typeof rolloutView>;

const project = (content: string, metrics: string): Record<string, string> => ({
  "rollward.yaml": `${simulatedText(
    modelText("good-2026-01-01"),
    modelText("shy-2026-03-01", { failures: "refusal: 80%" }),
  )}
endpoints:
  support-bot:
${content}
    rollout:
      steps: [{ weight: 50%, min_duration: 0s, min_sessions: 100000 }, 100%]
      metrics: { errors: true, latency: false, cost: false, ${metrics} }
`,
});

let running: RunningServer | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

async function apply(server: RunningServer, files: Record<string, string>): Promise<string> {
  const path = writeProject(files);
  const answer = await sendProject({ url: server.url, key: ADMIN_KEY }, { path, dryRun: false });
  expect(answer.mistakes).toEqual([]);
  return answer.endpoints[0]?.rollout ?? "";
}

async function view(server: RunningServer, rollout: string): Promise<RolloutView> {
  return (await server.ask("GET", `/api/rollouts/${rollout}`)).body as RolloutView;
}

const isRolledBack = ({ state }: RolloutView): boolean => state === "rolled_back";

/** Sends a question in fresh sessions until the rollout is there. */
async function drive(
  server: RunningServer,
  rollout: string,
  { isThere = isRolledBack, body = {} } = {},
): Promise<RolloutView> {
  for (let sent = 0; sent < 4_000; sent += 20) {
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        fetch(`${server.url}/v1/chat/completions`, {
          method: "POST",
          headers: {
            authorization: `Bearer ${ADMIN_KEY}`,
            "content-type": "application/json",
            "x-rollward-session": `session-${sent + index}`,
          },
          body: JSON.stringify({ model: "support-bot", messages: [{ role: "user", content: "Hello" }], ...body }),
        }).then((response) => response.arrayBuffer()),
      ),
    );
    const seen = await view(server, rollout);
    if (isThere(seen)) return seen;
  }
  throw new Error("The rollout did not come so far.");
}

const GOOD = "    models: [sim/good-2026-01-01]";

test("a release whose answers are cut short is rolled back on its answers, and the reason says so", async () => {
  running = await startServer(project(GOOD, "invalid_output: true"));
  const short = `${GOOD}\n    parameters: { max_completion_tokens: 1 }`;
  const rollout = await apply(running, project(short, "invalid_output: true"));
  const seen = await drive(running, rollout);
  expect(seen.state).toBe("rolled_back");
  expect(seen.union.blame).toBe("invalid-output");
  expect(seen.explanation).toContain("invalid answers are worse than those of stable (100.0 % against 0.0 %)");
  expect(seen.metrics.find(({ metric }) => metric === "errors")?.value.candidate).toBe(0);
});

test("a release that declines is rolled back on its refusals", async () => {
  running = await startServer(project(GOOD, "refusals: true"));
  const rollout = await apply(running, project("    models: [sim/shy-2026-03-01]", "refusals: true"));
  const seen = await drive(running, rollout);
  expect(seen.state).toBe("rolled_back");
  expect(seen.union.blame).toBe("refusals");
});

test("a release that looks closer than the one before it is not worse for that", async () => {
  running = await startServer(project(GOOD, "invalid_output: true"));
  const closer = `${GOOD}\n    checks: { json: fail }`;
  const rollout = await apply(running, project(closer, "invalid_output: true"));
  const body = {
    messages: [{ role: "user", content: "simulate: bad-json" }],
    response_format: { type: "json_object" },
  };
  const isThere = ({ state, sessions }: RolloutView): boolean =>
    state === "rolled_back" || Math.min(sessions?.stable ?? 0, sessions?.candidate ?? 0) >= 50;
  const seen = await drive(running, rollout, { isThere, body });
  expect(seen.state).toBe("ramping");
  for (const metric of ["errors", "invalid-output"]) {
    expect(seen.metrics.find((one) => one.metric === metric)?.value).toEqual({ stable: 1, candidate: 1 });
  }
});
