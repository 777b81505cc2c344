import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { formatMistakes } from "../../src/config/explain.ts";
import { type JsonSchema, configJsonSchema } from "../../src/config/json-schema.ts";
import { loadProject } from "../../src/config/load.ts";
import type { Project } from "../../src/config/project.ts";
import { readProject } from "../../src/config/read-files.ts";
import { releaseDigest } from "../../src/domain/release/release-digest.ts";

const DOCS = readFileSync(new URL("../../docs/config.md", import.meta.url), "utf8");

/** The code blocks in order, without the name of their language. */
const BLOCKS = DOCS.split("```")
  .filter((_, index) => index % 2 === 1)
  .map((block) => block.slice(block.indexOf("\n") + 1));

const [COMPLAINT = "", SMALLEST = "", PROMPT = ""] = BLOCKS;

const load = (main: string): ReturnType<typeof loadProject> =>
  loadProject({
    main: "rollward.yaml",
    files: new Map([
      ["rollward.yaml", main],
      ["prompts/support-bot.md", PROMPT],
    ]),
  });

describe("what docs/config.md shows", () => {
  it("loads: the smallest project with the prompt file", () => {
    const loaded = load(SMALLEST);
    expect(loaded.ok ? "" : formatMistakes(loaded.mistakes)).toBe("");
  });

  it("is what a mistake really looks like", () => {
    const loaded = load(SMALLEST.replace("models: [openai/gpt-x-2026-05-01]", "models: [openai/gpt-x-latest]"));
    const [told = ""] = loaded.ok ? [] : [formatMistakes(loaded.mistakes)];
    // The place depends on what stands around it.
    const words = (text: string): string => text.replace(/^rollward\.yaml:\d+:\d+/, "").trim();
    expect(words(told)).toBe(words(COMPLAINT));
  });

  it("says a meaning for every key", () => {
    const mute: string[] = [];
    const walk = (schema: JsonSchema, path: string): void => {
      for (const [key, child] of Object.entries(schema.properties ?? {})) {
        if (child.description === undefined) mute.push(`${path}.${key}`);
        walk(child, `${path}.${key}`);
      }
      const inner = [schema.additionalProperties, schema.items, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
      for (const one of inner) if (typeof one === "object") walk(one, path);
    };
    walk(configJsonSchema(), "");
    expect(mute).toEqual([]);
  });
});

describe("the example project", () => {
  const read = async (name: string): Promise<Project> => {
    const path = fileURLToPath(new URL(`../../examples/support-bot/${name}`, import.meta.url));
    const loaded = loadProject(await readProject(path));
    if (!loaded.ok) throw new Error(formatMistakes(loaded.mistakes));
    return loaded.project;
  };

  it("loads in all three releases, which differ in content alone", async () => {
    const projects = [await read("rollward.yaml"), await read("release-2.yaml"), await read("release-3.yaml")];
    const bots = projects.map(({ endpoints }) => endpoints.get("support-bot"));
    expect(new Set(bots.map((bot) => bot && releaseDigest(bot.content))).size).toBe(3);
    expect(bots.map((bot) => bot?.content.models[0]?.model)).toEqual([
      "steady-2026-03-01",
      "swift-2026-06-01",
      "shaky-2026-09-01",
    ]);
    for (const [index, project] of projects.entries()) {
      expect(project.priceVersion).toBe(projects[0]?.priceVersion);
      expect(bots[index]?.plan).toEqual(bots[0]?.plan);
    }
  });
});
