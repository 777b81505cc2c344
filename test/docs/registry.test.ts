import { afterAll, beforeAll, expect, test } from "vitest";
import { commandsOf, patternOf } from "../fixtures/console-page.ts";
import { LONGER_PROMPT, registryProject } from "../fixtures/registry-project.ts";
import { runRollward } from "../fixtures/run-rollward.ts";
import { ADMIN_KEY, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { eventually } from "../fixtures/eventually.ts";

const COMMANDS = commandsOf("registry.md");
const faq = "parameters: { seed: 1 }";

let server: RunningServer;

beforeAll(async () => {
  server = await startServer(registryProject({ faq }));
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: "support-bot",
      messages: [{ role: "user", content: "Hello?" }],
      variables: { customer: "Ada" },
    }),
  });
  await response.arrayBuffer();
  await server.server.house.gateway.recorder.flush();
  const next = writeProject(
    registryProject({
      faq,
      prompt: LONGER_PROMPT,
      fields: "order: { type: string }, since: { type: string }",
      required: "order, since",
      model: "gpt-2026-06-01",
      temperature: 0.3,
    }),
  );
  const origin = ["--commit", "1f2e3d4c5b6a7988776655443322110099887766", "--branch", "orders", "--author", "Grace"];
  const more = ["--pull-request", "12", "--data-set", "sha256:abc", "--eval-run", "run 7"];
  await runRollward(server, ["apply", next, ...origin, ...more]);
  await eventually(async () => {
    const { text } = await runRollward(server, ["matrix", "support-bot"]);
    if (!text.includes("candidate in production at 50 %")) throw new Error("The rollout has not begun.");
  });
});

afterAll(() => server.stop());

test("the page shows every command of the registry", () => {
  expect(COMMANDS.map(({ args }) => args.slice(0, 2).join(" "))).toEqual([
    "prompts list",
    "tools uses",
    "matrix support-bot",
    "releases lineage",
    "releases diff",
  ]);
});

test.each(COMMANDS)("rollward $args writes what docs/registry.md shows", async ({ args, output }) => {
  const { code, text } = await runRollward(server, args);
  expect(code).toBe(0);
  expect(text).toMatch(patternOf(output));
});
