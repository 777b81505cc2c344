import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { formatMistakes } from "../../src/config/explain.ts";
import { loadProject } from "../../src/config/load.ts";
import { FILE_OPERATIONS, MODEL_OPERATIONS } from "../../src/http/dialects/openai-pass/operation.ts";

const DOCS = readFileSync(new URL("../../docs/dialects.md", import.meta.url), "utf8");

describe("what docs/dialects.md shows", () => {
  test("loads: the project with aliases", () => {
    const [, yaml = ""] = /```yaml\n([\s\S]*?)```/.exec(DOCS) ?? [];
    const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", yaml]]) });
    expect(loaded.ok ? [...loaded.project.aliases.keys()] : formatMistakes(loaded.mistakes)).toContain("gpt-5.4");
  });

  test("names every dialect that passes", () => {
    const missing = [...MODEL_OPERATIONS, ...FILE_OPERATIONS].filter(({ dialect }) => !DOCS.includes(`\`${dialect}\``));
    expect(missing).toEqual([]);
  });
});
