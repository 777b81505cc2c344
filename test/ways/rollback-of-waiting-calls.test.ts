import { afterEach, expect, test } from "vitest";
import { sendProject } from "../../src/cli/send-project.ts";
import { startCountingUpstream } from "../fixtures/counting-upstream.ts";
import type { CountingUpstream } from "../fixtures/counting-upstream.ts";
import { routesInForce } from "../fixtures/routes-in-force.ts";
import { ADMIN_KEY, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let upstream: CountingUpstream;
let server: RunningServer;

afterEach(async () => {
  await server.stop();
  await upstream.close();
});

const project = (topP: number): Record<string, string> => ({
  "rollward.yaml": `providers:
  up:
    kind: openai-compatible
    base_url: ${upstream.baseUrl}
    key_env: TEST_KEY
    allow_private: true
    models: { m-1: { price: { input: 1, output: 2 } } }
endpoints:
  bot:
    models: [up/m-1]
    parameters: { top_p: ${topP} }
    rollout: { steps: [{ weight: 99%, min_duration: 1h }, 100%] }
limits:
  rates: { one: { per: environment, concurrent: 1 } }
  queue: { wait: 5m }
`,
});

async function releaseFor(session: string): Promise<string | null> {
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

const rolloutIs = (id: string, expected: object): Promise<void> =>
  expect.poll(async () => (await server.ask("GET", `/api/rollouts/${id}`)).body).toMatchObject(expected);

test("calls that waited while their rollout was taken back do not get its candidate", async () => {
  upstream = await startCountingUpstream();
  server = await startServer(project(1), { environment: { TEST_KEY: "sk-test" } });
  const path = writeProject(project(0.9));
  const { endpoints } = await sendProject({ url: server.url, key: ADMIN_KEY }, { path, dryRun: false });
  const rollout = endpoints[0]?.rollout ?? "";
  await rolloutIs(rollout, { weight: 0.99 });
  await routesInForce(server);

  const letGo = upstream.hold();
  const asked = upstream.nextRequest();
  const first = releaseFor("first");
  await asked;
  const waiting = Array.from({ length: 8 }, (_, index) => releaseFor(`waiting-${index}`));
  await expect.poll(() => server.server.house.gateway.waiting.counts().calls).toBe(8);
  const wish = { command: "rollback", reason: "The test says so." };
  await server.ask("POST", `/api/rollouts/${rollout}/commands`, wish);
  await rolloutIs(rollout, { weight: 0 });
  await routesInForce(server);
  letGo();

  await first;
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(["bot@1"]));
});
