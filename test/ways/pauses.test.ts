import { afterEach, describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const PROJECT = {
  "rollward.yaml": `${simulatedText(modelText("good-2026-01-01"))}
endpoints:
  support-bot:
    models: [sim/good-2026-01-01]
  other-bot:
    models: [sim/good-2026-01-01]
`,
};

let running: RunningServer | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

async function start(): Promise<RunningServer> {
  running = await startServer(PROJECT);
  return running;
}

async function call({ url }: RunningServer, model: string, key = ADMIN_KEY): Promise<{ status: number; text: string }> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] }),
  });
  return { status: response.status, text: await response.text() };
}

async function cli({ url }: RunningServer, ...args: readonly string[]): Promise<{ code: number; said: string }> {
  let said = "";
  const code = await runCli(["--url", url, ...args], { ROLLWARD_API_KEY: ADMIN_KEY }, (text) => {
    said += text;
  });
  return { code, said };
}

describe("the emergency stop", () => {
  test("refuses the calls of one endpoint with the reason, and lets them in again", async () => {
    const server = await start();
    expect((await cli(server, "pause", "support-bot", "--reason", "it promises refunds")).code).toBe(0);
    const refused = await call(server, "support-bot");
    expect(refused.status).toBe(503);
    expect(refused.text).toContain("it promises refunds");
    expect((await call(server, "other-bot")).status).toBe(200);
    const { said } = await cli(server, "pauses");
    expect(said).toContain("endpoint support-bot");
    expect(said).toContain("it promises refunds");
    expect((await cli(server, "resume", "support-bot", "--reason", "prompt mended")).code).toBe(0);
    expect((await call(server, "support-bot")).status).toBe(200);
    const all = await cli(server, "pauses", "--all");
    expect(all.said).toContain("prompt mended");
  });

  test("stops a key, or everything, direct calls too; the admin API still answers", async () => {
    const server = await start();
    const made = await server.ask("POST", "/api/keys", { name: "app", scopes: ["inference"] });
    const { secret, key } = made.body as { readonly secret: string; readonly key: { readonly id: string } };
    await cli(server, "pause", "--key", key.id, "--reason", "runs in a loop");
    expect((await call(server, "support-bot", secret)).status).toBe(503);
    expect((await call(server, "support-bot")).status).toBe(200);
    await cli(server, "pause", "--everything", "--reason", "fire");
    expect((await call(server, "sim/good-2026-01-01")).status).toBe(503);
    expect((await cli(server, "resume", "--everything", "--reason", "out")).code).toBe(0);
    expect((await call(server, "sim/good-2026-01-01")).status).toBe(200);
    expect((await call(server, "support-bot", secret)).status).toBe(503);
  });

  test("does not pretend: a mistyped name, no reason, two subjects and nothing paused are refused", async () => {
    const server = await start();
    expect(await cli(server, "pause", "suport-bot", "--reason", "x")).toMatchObject({
      code: 1,
      said: expect.stringContaining("support-bot") as string,
    });
    expect((await cli(server, "pause", "support-bot")).code).toBe(1);
    expect((await cli(server, "pause", "support-bot", "--everything", "--reason", "x")).code).toBe(1);
    expect((await cli(server, "pause", "--key", `key_${"0".repeat(26)}`, "--reason", "x")).code).toBe(1);
    expect((await cli(server, "resume", "support-bot", "--reason", "x")).said).toContain("not paused");
    expect((await call(server, "support-bot")).status).toBe(200);
  });
});
