import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const project = (temperature: number, environment: string): Record<string, string> => ({
  "rollward.yaml": `${simulatedText(modelText("m-2026-01-01")).replace("production", environment)}
endpoints:
  bot:
    models: [sim/m-2026-01-01]
    prompt: bot.md
    parameters: { temperature: ${temperature} }
    rollout: { steps: [{ weight: 50%, min_duration: 1h }, 100%] }
`,
  "bot.md": "Answer in a word or two: ü 🔑\n",
});

let staging: RunningServer;
let production: RunningServer;

beforeAll(async () => {
  staging = await startServer(project(0.5, "staging"));
  production = await startServer(project(0.1, "production"));
});

afterAll(async () => {
  await staging.stop();
  await production.stop();
});

async function run(
  server: RunningServer,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly text: string }> {
  let text = "";
  const environment = { ROLLWARD_URL: server.url, ROLLWARD_API_KEY: ADMIN_KEY, ROLLWARD_TO_API_KEY: ADMIN_KEY };
  const code = await runCli(args, environment, (more) => (text += more));
  return { code, text };
}

const digestOf = async (server: RunningServer, number: number): Promise<unknown> =>
  ((await server.ask("GET", `/api/endpoints/bot/releases/${number}`)).body as { digest: unknown }).digest;

describe("two servers with a database each", () => {
  test("hand a release over with its digest, and the other one rolls it out by its own policy and number", async () => {
    const path = ["promote", "bot", "--from", "staging", "--to", "production", "--to-url", production.url] as const;
    const { code, text } = await run(staging, ...path);
    expect(text).toContain("bot@2 (");
    expect(code).toBe(0);
    expect(await digestOf(production, 2)).toBe(await digestOf(staging, 1));
    const open = (await production.ask("GET", "/api/rollouts?open=true")).body;
    expect(open).toMatchObject({ data: [{ environment: "production", stable: "bot@1", candidate: "bot@2" }] });
    const again = await run(staging, ...path);
    expect(again.text).toContain("production is rolling bot@2 out already");
    const astray = await run(staging, ...path.slice(0, 4), "--to", "staging", "--to-url", production.url);
    expect(astray.text).toContain("This server serves no environment named staging.");
  });

  test("carry a release as a file, and refuse one that was changed on its way", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "rollward-release-")), "bot.json");
    expect((await run(production, "releases", "export", "bot@1", "--output", file)).text).toContain(
      "bot@1 was written",
    );
    const arrived = await run(staging, "releases", "import", file);
    expect(arrived).toMatchObject({
      code: 0,
      text: expect.stringMatching(/^bot@2 \([0-9a-f]{12}\) was imported\./) as unknown,
    });
    expect(await digestOf(staging, 2)).toBe(await digestOf(production, 1));
    expect((await run(staging, "releases", "import", file)).text).toContain("was here already");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace('"temperature": 0.1', '"temperature": 0.9'));
    const changed = await run(staging, "releases", "import", file);
    expect(changed).toMatchObject({
      code: 1,
      text: expect.stringContaining("is not what it was when it was exported") as unknown,
    });
    writeFileSync(file, "{");
    expect((await run(staging, "releases", "import", file)).text).toContain("is not JSON");
  });

  test("keep their environments: a project for another one is refused, and served beside it where somebody says so", async () => {
    const refused = await run(production, "apply", staging.config);
    expect(refused.text).toContain("This server serves the environment production; the project says staging.");
    const beside = await run(production, "apply", staging.config, "--environment", "staging");
    expect(beside.code).toBe(0);
    expect(beside.text).toContain("is the first release and serves at once");
    const wrong = await run(production, "apply", staging.config, "--environment", "stagign");
    expect(wrong.code).toBe(1);
    expect(wrong.text).toContain("this project has no environment");
  });
});
