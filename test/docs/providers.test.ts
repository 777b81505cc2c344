import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { formatMistakes } from "../../src/config/explain.ts";
import { loadProject } from "../../src/config/load.ts";
import { commandsOf, patternOf } from "../fixtures/console-page.ts";
import { runRollward } from "../fixtures/run-rollward.ts";
import { startServer } from "../fixtures/running-server.ts";

const DOCS = readFileSync(new URL("../../docs/providers.md", import.meta.url), "utf8");

test("the simulated provider of docs/providers.md loads as it stands there", () => {
  const [, yaml = ""] = /```yaml\n(environment:[^`]*)```/.exec(DOCS) ?? [];
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", yaml]]) });
  if (!loaded.ok) throw new Error(formatMistakes(loaded.mistakes));
  expect([...loaded.project.providers.keys()]).toEqual(["sim"]);
});

test("the page shows what `rollward providers` writes of its first project", async () => {
  const [, yaml = ""] = /```yaml\n(environment:[^`]*)```/.exec(DOCS) ?? [];
  const [shown, ...others] = commandsOf("providers.md");
  expect([shown?.args, others]).toEqual([["providers"], []]);
  const server = await startServer({ "rollward.yaml": yaml });
  try {
    const { code, text } = await runRollward(server, ["providers"]);
    expect(text).toMatch(patternOf(shown?.output ?? ""));
    expect(code).toBe(0);
  } finally {
    await server.stop();
  }
});
