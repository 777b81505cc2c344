import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { BUNDLED_CATALOGUE } from "../../src/contract/catalogue/bundled.ts";
import { wholeModel } from "../../src/contract/catalogue/read-catalogue.ts";
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

test("the deployments of the page load and need no price", () => {
  const [, yaml = ""] = /```yaml\n(providers:\n  azure:[^`]*)```/.exec(DOCS) ?? [];
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", `${yaml}endpoints: {}\n`]]) });
  if (!loaded.ok) throw new Error(formatMistakes(loaded.mistakes));
  expect([...(loaded.project.providers.get("azure")?.models.keys() ?? [])]).toEqual([
    "chat-prod",
    "gpt-4.1-2025-04-14",
  ]);
});

test("the page counts what the catalogue knows", () => {
  const models = BUNDLED_CATALOGUE.models.map((model) => wholeModel(BUNDLED_CATALOGUE, model));
  const known = (fact: "prices" | "context" | "max_output" | "input" | "retires"): number =>
    models.filter((model) => model[fact] !== null).length;
  const words = DOCS.replaceAll("\n", " ");
  expect(words).toContain(
    `Of the ${models.length} models of ${BUNDLED_CATALOGUE.version} the price is known for ${known("prices")},`,
  );
  expect(words).toContain(`context for ${known("context")}, the longest output for ${known("max_output")},`);
  expect(words).toContain(`modalities for ${known("input")}, the day of retirement for ${known("retires")};`);
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
