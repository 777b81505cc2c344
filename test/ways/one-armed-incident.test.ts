import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { applyTo, until, viewOf } from "../fixtures/gated-world.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const ANSWER = JSON.stringify({
  id: "1",
  object: "chat.completion",
  created: 1,
  model: "m-2026-01-01",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});

/** A provider that can be down. */
async function startProvider() {
  const state = { isDown: false };
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(state.isDown ? 503 : 200, { "content-type": "application/json" });
      response.end(state.isDown ? '{"error":{"message":"down"}}' : ANSWER);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(state, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, server });
}

type Upstream = Awaited<ReturnType<typeof startProvider>>;

let running: RunningServer | null = null;
let providers: readonly Upstream[] = [];

afterEach(async () => {
  await running?.stop();
  for (const { server } of providers) {
    server.closeAllConnections();
    server.close();
  }
});

const project = (provider: string, [one, two]: readonly Upstream[], fault: string): Record<string, string> => ({
  "rollward.yaml": `providers:
  one: { kind: openai-compatible, base_url: "${one?.url}", breaker: false, models: { m-2026-01-01: { price: { input: 1, output: 1 } } } }
  two: { kind: openai-compatible, base_url: "${two?.url}", breaker: false, models: { m-2026-01-01: { price: { input: 1, output: 1 } } } }
endpoints:
  bot:
    models: [${provider}/m-2026-01-01]
    retries: { attempts: 1 }
    rollout:
      steps: [{ weight: 50%, min_duration: 1h, min_sessions: 20 }, 100%]
      provider_fault: ${fault}
      metrics: { errors: { no_worse: 2 }, latency: false, cost: false }
`,
});

let sessions = 0;

async function call(server: RunningServer, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 1) {
    sessions += 1;
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        "content-type": "application/json",
        "x-rollward-session": `session-${sessions}`,
      },
      body: JSON.stringify({ model: "bot", messages: [{ role: "user", content: "Hello" }] }),
    });
    await response.arrayBuffer();
  }
}

async function rollOut(from: string, to: string, fault: string): Promise<[RunningServer, string]> {
  providers = [await startProvider(), await startProvider()];
  const server = await startServer(project(from, providers, fault), { dataDir: ":memory:" });
  running = server;
  const { bot = "" } = await applyTo(server, project(to, providers, fault));
  await until(server, bot, { state: "ramping", activity: "observing" });
  return [server, bot];
}

test("an outage of the provider that only the candidate asks holds the rollout, and lets it go when it is over", async () => {
  const [server, bot] = await rollOut("one", "two", "hold");
  const [, two] = providers;
  if (two === undefined) return;
  two.isDown = true;
  await call(server, 40);
  const held = await until(server, bot, { holds: ["provider_fault"] });
  expect(held).toMatchObject({ state: "ramping", weight: 0.5 });
  two.isDown = false;
  await call(server, 200);
  expect(await until(server, bot, { holds: [] })).toMatchObject({ state: "ramping", weight: 0.5 });
});

test("the same outage rolls back where the plan wants that", async () => {
  const [server, bot] = await rollOut("one", "two", "roll_back");
  const [, two] = providers;
  if (two === undefined) return;
  two.isDown = true;
  await call(server, 60);
  const back = await until(server, bot, { state: "rolled_back" });
  expect(back.outcome).toBe("provider_fault");
  expect((await viewOf(server, bot)).explanation).toContain(
    "without the failures of its provider nothing would be proven",
  );
});
