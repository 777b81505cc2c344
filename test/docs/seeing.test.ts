import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { formatMistakes } from "../../src/config/explain.ts";
import { loadProject } from "../../src/config/load.ts";
import type { Project } from "../../src/config/project.ts";
import { modelText, simulatedText } from "../fixtures/running-server.ts";

const read = (page: string): string => readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");

const blocksOf = (page: string): readonly string[] =>
  [...read(page).matchAll(/```yaml\n([^`]*)```/g)].map(([, yaml = ""]) => yaml);

/** The endpoints that the pages speak of. */
const REST = `${simulatedText(modelText("m-2026-01-01"))}
endpoints:
  support-bot: { models: [sim/m-2026-01-01] }
  faq: { models: [sim/m-2026-01-01] }
`;

function projectIn(yaml: string): Project {
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", `${REST}${yaml}`]]) });
  if (!loaded.ok) throw new Error(formatMistakes(loaded.mistakes));
  return loaded.project;
}

describe("what the pages on incidents, the status page and reports show", () => {
  test("says when incidents open and close", () => {
    const [yaml = ""] = blocksOf("incidents.md");
    expect(projectIn(yaml).incidents).toEqual({ openOn: "warning", resolveAfterMs: 3_600_000 });
    expect(projectIn("").incidents).toEqual({ openOn: "critical", resolveAfterMs: 1_800_000 });
  });

  test("says what the public sees", () => {
    const [yaml = ""] = blocksOf("status-page.md");
    const page = projectIn(yaml).statusPage;
    expect(page?.components.map(({ name, endpoints }) => [name, endpoints])).toEqual([
      ["Support chat", ["support-bot"]],
      ["Search", ["faq"]],
    ]);
    expect(page?.maintenances).toMatchObject([
      { from: Date.UTC(2026, 11, 1, 2), components: ["search"], impact: "minor" },
    ]);
    expect(projectIn("").statusPage).toBeNull();
  });

  test("says who gets reports, and when", () => {
    const [yaml = ""] = blocksOf("reports.md");
    expect(projectIn(yaml).reports).toEqual([
      { name: "weekly", every: "week", hour: 7, to: ["team"] },
      { name: "monthly", every: "month", hour: 7, to: ["team"] },
    ]);
  });
});
