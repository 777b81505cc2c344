import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { formatMistakes } from "../../src/config/explain.ts";
import { loadProject } from "../../src/config/load.ts";

const DOCS = readFileSync(new URL("../../docs/providers.md", import.meta.url), "utf8");

test("the simulated provider of docs/providers.md loads as it stands there", () => {
  const [, yaml = ""] = /```yaml\n(environment:[^`]*)```/.exec(DOCS) ?? [];
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", yaml]]) });
  if (!loaded.ok) throw new Error(formatMistakes(loaded.mistakes));
  expect([...loaded.project.providers.keys()]).toEqual(["sim"]);
});
