import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sendProject } from "../../src/cli/send-project.ts";
import { routesInForce } from "../fixtures/routes-in-force.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

// Both releases are alike, and how long a busy machine takes may look like harm of one: one test in twenty may say so.
const project = (temperature: number, environment = "production"): Record<string, string> => ({
  "rollward.yaml": `${simulatedText(modelText("m-2026-01-01")).replace("production", environment)}
endpoints:
  bot:
    models: [sim/m-2026-01-01]
    parameters: { temperature: ${temperature} }
    rollout:
      steps: [{ weight: 50%, min_duration: 1h }, 100%]
      drain: 10m
      metrics: { latency: false, cost: false }
`,
});

let server: RunningServer;

beforeAll(async () => {
  server = await startServer(project(0.1));
});

afterAll(() => server.stop());

/** The release that serves a turn of a session. */
async function servedBy(session: string): Promise<string | null> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      "content-type": "application/json",
      "x-rollward-session": session,
    },
    body: JSON.stringify({ model: "bot", messages: [{ role: "user", content: "Hello" }] }),
  });
  await response.arrayBuffer();
  return response.headers.get("x-rollward-release");
}

describe("a promotion", () => {
  test("leaves sessions that began before it on the release they had, and gives new ones the promoted one", async () => {
    expect(await servedBy("before")).toBe("bot@1");
    const path = writeProject(project(0.2));
    const answer = await sendProject({ url: server.url, key: ADMIN_KEY }, { path, dryRun: false });
    const rollout = answer.endpoints[0]?.rollout ?? "";
    await expect
      .poll(async () => (await server.ask("GET", `/api/rollouts/${rollout}`)).body)
      .toMatchObject({ weight: 0.5 });
    await routesInForce(server);
    const during = new Map<string, string | null>();
    for (let index = 0; index < 20; index += 1) during.set(`during-${index}`, await servedBy(`during-${index}`));
    expect(new Set(during.values())).toEqual(new Set(["bot@1", "bot@2"]));
    const wish = { command: "promote", reason: "The test says so." };
    expect((await server.ask("POST", `/api/rollouts/${rollout}/commands`, wish)).status).toBe(200);
    await expect
      .poll(async () => (await server.ask("GET", `/api/rollouts/${rollout}`)).body)
      .toMatchObject({ state: "draining" });
    await routesInForce(server);
    expect(await servedBy("before")).toBe("bot@1");
    for (const [session, release] of during) expect(await servedBy(session)).toBe(release);
    expect(await servedBy("after")).toBe("bot@2");
    expect(await servedBy("after")).toBe("bot@2");
  });
});

describe("another environment", () => {
  test("is refused, because one database serves one", async () => {
    const path = writeProject(project(0.3, "staging"));
    const applied = sendProject({ url: server.url, key: ADMIN_KEY }, { path, dryRun: false });
    await expect(applied).rejects.toThrow("This server serves the environment production");
  });
});
