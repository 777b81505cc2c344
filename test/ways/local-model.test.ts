import { afterEach, describe, expect, test } from "vitest";
import { sendProject } from "../../src/cli/send-project.ts";
import { ADMIN_KEY, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const FILE = process.env["ROLLWARD_TEST_GGUF"];
/** With the package at another place the provider cannot be made from rollward.yaml. */
const isInstalled = process.env["ROLLWARD_TEST_LLAMA"] === undefined;

/** About 400 tokens: more than the cramped model holds. */
const PROMPT = `You answer in one word. ${"Be brief and kind. ".repeat(80)}`;

const project = (model: string, temperature: number): Record<string, string> => ({
  "prompt.md": `[system]\n${PROMPT}\n`,
  "rollward.yaml": `providers:
  own:
    kind: local-gguf
    parallel: 2
    models:
      small: { file: ${FILE}, context: 1024 }
      cramped: { file: ${FILE}, context: 128 }
endpoints:
  helper:
    prompt: prompt.md
    models: [own/${model}]
    parameters: { temperature: ${temperature}, max_tokens: 12 }
    rollout:
      steps: [{ weight: 50%, min_duration: 0s, min_sessions: 20 }, 100%]
      drain: 0s
      metrics: { errors: { no_worse_points: 25% }, latency: false, cost: false }
`,
});

let running: RunningServer | null = null;
afterEach(async () => {
  await running?.stop();
  running = null;
});

interface Answer {
  readonly choices: readonly { readonly message: { readonly content: string } }[];
  readonly usage: { readonly completion_tokens: number };
}

interface View {
  readonly candidate: string;
  readonly state: string;
  readonly outcome: string | null;
}

async function call(
  server: RunningServer,
  session: number,
): Promise<{ status: number; body: string; release: string | null }> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      "content-type": "application/json",
      "x-rollward-session": `session-${session}`,
    },
    body: JSON.stringify({ model: "helper", messages: [{ role: "user", content: "Hello" }] }),
  });
  const release = response.headers.get("x-rollward-release");
  return { status: response.status, body: await response.text(), release };
}

/** Applies a release and sends calls of fresh sessions until its rollout has ended. */
async function rollOut(server: RunningServer, files: Record<string, string>, from: number): Promise<View> {
  const path = writeProject(files);
  const answer = await sendProject({ url: server.url, key: ADMIN_KEY }, { path, dryRun: false });
  expect(answer.mistakes).toEqual([]);
  const rollout = answer.endpoints[0]?.rollout ?? "";
  for (let sent = from; sent < from + 1_000; sent += 8) {
    await Promise.all(Array.from({ length: 8 }, (_, index) => call(server, sent + index)));
    const { body } = await server.ask("GET", `/api/rollouts/${rollout}`);
    const view = body as View;
    if (["completed", "rolled_back", "aborted"].includes(view.state)) return view;
  }
  throw new Error("The rollout did not end.");
}

// Needs a model file and the package node-llama-cpp, so it runs where both are given.
describe.skipIf(FILE === undefined || !isInstalled)("a local model behind an endpoint", () => {
  test("answers in OpenAI's form with its own counts, and a canary rolls a release back that cannot answer and promotes one that can", async () => {
    running = await startServer(project("small", 0.1));
    const { status, body } = await call(running, 0);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      object: "chat.completion",
      usage: { completion_tokens: expect.any(Number) as number },
    });
    expect((JSON.parse(body) as Answer).usage.completion_tokens).toBeLessThanOrEqual(12);
    expect((JSON.parse(body) as Answer).choices[0]?.message.content).not.toBe("");
    expect(await rollOut(running, project("cramped", 0.1), 1)).toMatchObject({ state: "rolled_back" });
    expect((await call(running, 10_000)).status).toBe(200);
    // The same model, warmer: its own answers are what it is promoted by.
    const promoted = await rollOut(running, project("small", 0.3), 20_000);
    expect(promoted).toMatchObject({ state: "completed", outcome: "promoted" });
    expect((await call(running, 30_000)).release).toBe(promoted.candidate);
  }, 900_000);
});
