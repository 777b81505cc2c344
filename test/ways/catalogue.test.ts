import { afterEach, expect, test } from "vitest";
import { sendProject } from "../../src/cli/send-project.ts";
import { ADMIN_KEY, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let running: RunningServer | null = null;
afterEach(async () => {
  await running?.stop();
  running = null;
});

const CATALOGUE = {
  version: "2026-11-01",
  models: [
    {
      vendor: "vllm",
      id: "old-2019-01-01",
      context: 8_192,
      max_output: null,
      input: ["text"],
      output: ["text"],
      prices: { standard: { input: "0.5", output: "1.5" } },
      retires: "2020-01-01",
      sources: [{ url: "https://example.com/models", read: "2026-11-01", facts: ["price", "context", "deprecation"] }],
    },
  ],
};

const PROJECT = {
  "models/catalogue.json": JSON.stringify(CATALOGUE),
  "rollward.yaml": `catalogue: models/catalogue.json
providers:
  rack:
    kind: vllm
    models: { old-2019-01-01: {} }
endpoints:
  bot:
    models: [rack/old-2019-01-01]
`,
};

test("a project brings its catalogue along: its prices are in force, and applying warns of a model that has retired", async () => {
  running = await startServer(PROJECT);
  const path = writeProject(PROJECT);
  const answer = await sendProject({ url: running.url, key: ADMIN_KEY }, { path, dryRun: true });
  expect(answer.mistakes).toEqual([]);
  expect(answer.warnings).toEqual([expect.stringContaining("rack/old-2019-01-01 has retired on 2020-01-01")]);
  const { prices } = running.server.house.gateway.settings().providers.get("rack") ?? {};
  expect(prices?.get("old-2019-01-01")).toMatchObject({ input: 500_000n, output: 1_500_000n });
});
