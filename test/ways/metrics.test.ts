import { afterEach, expect, test } from "vitest";
import { apply, comparing, viewOf } from "../fixtures/feedback-stage.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { eventually } from "../fixtures/eventually.ts";

let running: RunningServer | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

async function open(server: RunningServer, files: Record<string, string>): Promise<string> {
  const rollout = await apply(server, files);
  await eventually(() => {
    const route = server.server.house.gateway.routes.byEndpoint("support-bot");
    expect(route?.split?.collecting).toBe(true);
  });
  return rollout;
}

/** One turn in Anthropic's dialect. */
async function say(server: RunningServer, session: string, messages: readonly object[]): Promise<string | null> {
  const response = await fetch(`${server.url}/v1/messages`, {
    method: "POST",
    headers: {
      "x-api-key": ADMIN_KEY,
      "content-type": "application/json",
      "anthropic-version": "2023-06-01",
      "x-rollward-session": session,
    },
    body: JSON.stringify({ model: "support-bot", max_tokens: 50, messages }),
  });
  await response.arrayBuffer();
  expect(response.status).toBe(200);
  return response.headers.get("x-rollward-arm");
}

const FIRST = { role: "user", content: "Look it up." };
const CALLED = { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "look_up", input: {} }] };
const result = (isError: boolean) => ({
  role: "user",
  content: [{ type: "tool_result", tool_use_id: "t1", content: "none", ...(isError && { is_error: true }) }],
});

test("a tool's error that the client sends back counts against the release that the session was drawn to", async () => {
  const metrics = "tool_failures: { required: true }, tokens_per_second: true";
  const files = (model: string) => {
    const [[name, text] = ["", ""]] = Object.entries(comparing(model, metrics));
    return { [name]: text.replace("drain: 0s", "drain: 0s\n      window: { turns: 2, within: 1m }") };
  };
  running = await startServer(files("good-2026-01-01"));
  const rollout = await open(running, files("bad-2026-03-01"));
  const server = running;
  // All of so many sessions are on one side once in ten million times.
  for (let index = 0; index < 25; index += 1) {
    const arm = await say(server, `s-${index}`, [FIRST]);
    await say(server, `s-${index}`, [FIRST, CALLED, result(arm === "candidate")]);
  }
  await eventually(async () => {
    const { metrics: seen } = await viewOf(server, rollout);
    const tools = seen.find(({ metric }) => metric === "tool-failures");
    expect(tools?.value).toEqual({ stable: 0, candidate: 1 });
    const speed = seen.find(({ metric }) => metric === "tokens-per-second");
    expect(speed).toMatchObject({ unit: "tokens/s", better: "higher" });
    expect(speed?.value.stable).toBeGreaterThan(0);
  });
});

test("failures are shown by their causes, and only those count that the plan names", async () => {
  const project = (model: string) => ({
    "rollward.yaml": `${simulatedText(
      modelText("good-2026-01-01"),
      modelText("bad-2026-03-01", { failures: "server_error: 100%" }),
    )}
endpoints:
  support-bot:
    models: [sim/${model}]
    retries: { attempts: 1 }
    rollout:
      steps: [{ weight: 50%, min_duration: 1h, min_sessions: 20 }, 100%]
      metrics: { errors: { causes: [bad_answer] }, latency: false, cost: false }
`,
  });
  running = await startServer(project("good-2026-01-01"));
  const rollout = await open(running, project("bad-2026-03-01"));
  const server = running;
  await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      fetch(`${server.url}/v1/chat/completions`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${ADMIN_KEY}`,
          "content-type": "application/json",
          "x-rollward-session": `s-${index}`,
        },
        body: JSON.stringify({ model: "support-bot", messages: [{ role: "user", content: "Hi" }] }),
      }).then((response) => response.arrayBuffer()),
    ),
  );
  await eventually(async () => {
    const {
      state,
      metrics: [errors],
    } = await viewOf(server, rollout);
    expect(state).toBe("ramping");
    expect(errors?.value).toEqual({ stable: 0, candidate: 0 });
    expect(errors?.causes).toMatchObject({ provider: { stable: 0, candidate: errors?.n.candidate } });
    expect(errors?.n.candidate).toBeGreaterThan(5);
  });
});
