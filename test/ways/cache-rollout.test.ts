import { afterAll, beforeAll, expect, test } from "vitest";
import { sendProject } from "../../src/cli/send-project.ts";
import { failureOf } from "../../src/domain/traffic/failure-of.ts";
import { startCountingUpstream } from "../fixtures/counting-upstream.ts";
import type { CountingUpstream } from "../fixtures/counting-upstream.ts";
import { routesInForce } from "../fixtures/routes-in-force.ts";
import { ADMIN_KEY, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let upstream: CountingUpstream;
let server: RunningServer;

const project = (topP: number): Record<string, string> => ({
  "rollward.yaml": `providers:
  up:
    kind: openai-compatible
    base_url: ${upstream.baseUrl}
    key_env: TEST_KEY
    allow_private: true
    breaker: false
    models:
      m-1: { price: { input: 1, output: 2 } }
endpoints:
  faq:
    models: [up/m-1]
    parameters: { temperature: 0, top_p: ${topP} }
    retries: { attempts: 1 }
    cache: { ttl: 1h, stale_for: 1d }
    rollout:
      steps: [{ weight: 50%, min_duration: 1h }, 100%]
      # The releases are alike; the time of a busy machine must not look like harm of one.
      metrics: { latency: false, cost: false }
`,
});

beforeAll(async () => {
  upstream = await startCountingUpstream();
  server = await startServer(project(1), { environment: { TEST_KEY: "sk-test" } });
});

afterAll(async () => {
  await server.stop();
  await upstream.close();
});

async function hear(session: string, content: string) {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      "content-type": "application/json",
      "x-rollward-session": session,
    },
    body: JSON.stringify({ model: "faq", messages: [{ role: "user", content }] }),
  });
  await response.arrayBuffer();
  const header = (name: string): string | null => response.headers.get(`x-rollward-${name}`);
  return {
    cache: header("cache"),
    tier: header("tier"),
    release: header("release"),
    arm: header("arm"),
    call: header("call") ?? "",
  };
}

test("sessions that are evidence of a rollout bypass the cache on both arms, and warm it for the time after", async () => {
  expect((await hear("before", "What?")).cache).toBe("miss");
  expect((await hear("before", "What?")).cache).toBe("hit");
  const path = writeProject(project(0.9));
  const answer = await sendProject({ url: server.url, key: ADMIN_KEY }, { path, dryRun: false });
  const rollout = answer.endpoints[0]?.rollout ?? "";
  await expect
    .poll(async () => (await server.ask("GET", `/api/rollouts/${rollout}`)).body)
    .toMatchObject({ weight: 0.5 });
  await routesInForce(server);

  // A session from before is no evidence: it goes on as it did.
  expect(await hear("before", "What?")).toMatchObject({ cache: "hit", release: "faq@1" });

  const before = upstream.asked.length;
  const during = [];
  for (let index = 0; index < 20; index += 1) during.push(await hear(`during-${index}`, "What?"));
  expect(new Set(during.map(({ arm }) => arm))).toEqual(new Set(["stable", "candidate"]));
  expect(new Set(during.map(({ cache }) => cache))).toEqual(new Set(["bypass"]));
  expect(upstream.asked.length).toBe(before + 20);

  // An outage is another matter: an old answer is given on both, and counts as the failure that it was.
  upstream.script(null);
  const resort = await hear("during-0", "What?");
  expect(resort).toMatchObject({ cache: "stale", tier: "stale" });
  await server.server.house.gateway.recorder.flush();
  const facts = await server.server.house.stores.calls.facts(resort.call);
  expect(facts === null ? null : failureOf(facts)).toBe("provider");

  const wish = { command: "promote", reason: "The test says so." };
  await server.ask("POST", `/api/rollouts/${rollout}/commands`, wish);
  await expect
    .poll(async () => (await server.ask("GET", `/api/rollouts/${rollout}`)).body)
    .toMatchObject({ state: "draining" });
  // The store says so before the routes do; a session of these moments is one of the rollout.
  let session = 0;
  await expect
    .poll(() => hear(`after-${(session += 1)}`, "What?"))
    .toMatchObject({ cache: "hit", tier: "cache:exact", release: "faq@2" });
});
