import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApplicationKey } from "../../examples/support-bot/demo/admin.ts";
import { EXIT_CODES, runCli } from "../../src/cli/run-cli.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const project = (temperature: number): Record<string, string> => ({
  "rollward.yaml": `${simulatedText(modelText("m-2026-01-01"))}
endpoints:
  bot:
    models: [sim/m-2026-01-01]
    parameters: { temperature: ${temperature} }
    rollout:
      steps: [{ weight: 50%, min_duration: 1h }, 100%]
  keeping:
    models: [sim/m-2026-01-01]
    cache: { ttl: 1h, sampled: true }
`,
});

let server: RunningServer;

beforeAll(async () => {
  server = await startServer(project(0.1));
});

afterAll(() => server.stop());

/** Runs the command line against the test's server. */
async function rollward(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  let text = "";
  const environment = { ROLLWARD_URL: server.url, ROLLWARD_API_KEY: ADMIN_KEY };
  const code = await runCli(args, environment, (more) => (text += more));
  return { code, text };
}

const squeezed = (text: string): string => text.replaceAll("`", "").replaceAll(/\s+/g, " ");

describe("the command line", () => {
  test("tells the version of package.json", async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
    expect(await rollward("--version")).toEqual({ code: 0, text: `${version}\n` });
  });

  test("tells its exit codes in the help and in the docs alike, and which file it reads", async () => {
    const { code, text } = await rollward("help");
    expect(code).toBe(0);
    expect(text).toContain(EXIT_CODES);
    const docs = squeezed(readFileSync(join(ROOT, "docs/cli.md"), "utf8"));
    const meanings = squeezed(EXIT_CODES)
      .split(/ (?=[0-4] )/)
      .slice(1);
    expect(meanings).toHaveLength(5);
    for (const meaning of meanings) expect(docs).toContain(meaning.trim().replace(/^(\d) /, "| $1 | "));
    expect((await rollward("help", "apply")).text).toContain('(default: "rollward.yaml")');
    expect((await rollward("frobnicate")).code).toBe(1);
  });

  test("counts mistakes in words that fit", async () => {
    const wrong = writeProject({
      "rollward.yaml": project(0.1)["rollward.yaml"]?.replace("m-2026-01-01]", "x]") ?? "",
    });
    const one = await rollward("apply", wrong);
    expect(one.code).toBe(1);
    expect(one.text).toMatch(/\n1 mistake; nothing was applied\.\n$/);
    const worse = writeProject({ "rollward.yaml": "colour: red\nshape: round\n" });
    expect((await rollward("diff", worse)).text).toMatch(/\n[2-9] mistakes; nothing was applied\.\n$/);
  });

  test("shows recorded bytes without letting them command the terminal", async () => {
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "bot", messages: [{ role: "user", content: "\u009b2J\u202eevil" }] }),
    });
    await response.arrayBuffer();
    await server.server.house.gateway.recorder.flush();
    const { code, text } = await rollward("calls", "show", response.headers.get("x-rollward-call") ?? "");
    expect(code).toBe(0);
    expect(text).toContain("\\u009b2J\\u202eevil");
    expect(text).not.toMatch(/[\u009b\u202e\u001b]/);
  });

  test("shows what a call had to do with the cache, and when nobody was asked", async () => {
    const ask = async (): Promise<string> => {
      const response = await fetch(`${server.url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
        body: JSON.stringify({ model: "keeping", messages: [{ role: "user", content: "Hello?" }] }),
      });
      await response.arrayBuffer();
      await server.server.house.gateway.recorder.flush();
      return response.headers.get("x-rollward-call") ?? "";
    };
    const [first, second] = [await ask(), await ask()];
    expect((await rollward("calls", "show", first)).text).toContain("cache\n  miss; kept: stored");
    const hit = (await rollward("calls", "show", second)).text;
    expect(hit).toContain(`cache\n  hit; from ${first}, `);
    expect(hit).toContain("upstream request: nobody was asked");
  });

  test("shows that the demo's key for its application expires by itself", async () => {
    await createApplicationKey({ url: server.url, key: ADMIN_KEY }, "bot");
    const { text } = await rollward("--json", "keys", "list");
    const keys = JSON.parse(text) as { name: string; expires_at: string | null }[];
    const expires = Date.parse(keys.find(({ name }) => name === "demo application")?.expires_at ?? "");
    expect(expires - Date.now()).toBeLessThanOrEqual(24 * 3_600_000);
  });

  test("shows who told a rollout what and why, and that nobody can tell how long without sessions", async () => {
    expect((await rollward("diff", writeProject(project(0.2)))).code).toBe(2);
    expect((await rollward("apply", writeProject(project(0.2)))).code).toBe(0);
    await expect
      .poll(async () => (await rollward("rollout", "watch", "bot", "--once")).text)
      .toContain("No sessions yet, so there is no estimate.");
    await rollward("rollout", "hold", "bot", "--reason", "Looking at \u009b complaints.");
    const held = await rollward("rollout", "watch", "bot", "--once");
    expect(held).toMatchObject({ code: 0 });
    expect(held.text).toContain('ROLLWARD_ADMIN_KEY is holding it ("Looking at \\u009b complaints.")');
    await rollward("rollout", "abort", "bot", "--reason", "Legal says no.");
    const ended = await rollward("rollout", "watch", "bot");
    expect(ended.code).toBe(1);
    expect(ended.text).toContain('Aborted: ROLLWARD_ADMIN_KEY decided so ("Legal says no.").');
    const { body } = await server.ask("GET", "/api/rollouts?endpoint=bot");
    expect(body).toMatchObject({
      data: [
        {
          told: [
            { telling: "hold", by: "ROLLWARD_ADMIN_KEY", reason: "Looking at \u009b complaints." },
            { telling: "abort", by: "ROLLWARD_ADMIN_KEY", reason: "Legal says no." },
          ],
        },
      ],
    });
    const id = (body as { data: { id: string }[] }).data[0]?.id ?? "";
    const log = await server.ask("GET", `/api/rollouts/${id}/events?limit=100`);
    expect(JSON.stringify(log.body)).not.toContain("The plan says so.");
    expect((log.body as { data: { reason: string }[] }).data.at(-1)?.reason).toContain("Legal says no.");
  });
});
