import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { drawsOf, simulateDraw } from "./draw.ts";
import { BEGIN, END, figuresOf, withFigures } from "./page.ts";
import { markdownTable } from "./page-tables.ts";
import { Outcome } from "./scenario.ts";

const PAGE = readFileSync(new URL("../../docs/evidence.md", import.meta.url), "utf8");
const STUDY = { runs: 2, isFull: false, seed: 1 };

/** What does not depend on the figures: headings, heads of tables, and the first cell of every row. */
const structureOf = (figures: string): readonly string[] =>
  figures
    .split("\n")
    .filter((line) => line.startsWith("#") || line.startsWith("|"))
    .map((line) => (line.startsWith("#") ? line : (line.split("|")[1]?.trim() ?? "")));

describe("the page of the evidence", () => {
  it("has the tables that the study writes, with the same rows", () => {
    const shown = PAGE.slice(PAGE.indexOf(BEGIN) + BEGIN.length, PAGE.indexOf(END));
    const empty = figuresOf({ outcomes: new Map(), checks: [], study: STUDY, seconds: 1 });
    const fixed = structureOf(empty).filter((line) => line !== "");
    for (const line of fixed) expect(structureOf(shown)).toContain(line);
    expect(shown.match(/^- failed: .*$/m)).toBeNull();
  });

  it("keeps what people wrote when figures are written", () => {
    const page = withFigures(PAGE, "new");
    expect(page.startsWith(PAGE.slice(0, PAGE.indexOf(BEGIN)))).toBe(true);
    expect(page.endsWith(PAGE.slice(PAGE.indexOf(END)))).toBe(true);
    expect(() => withFigures("no place", "new")).toThrow("lost the lines");
  });
});

describe("a study", () => {
  it("gives the same figures whoever carries out its draws, and joins them", () => {
    const draws = drawsOf({ ...STUDY, runs: 600 }).filter(({ scenario }) => scenario === "ramp.drift");
    expect(draws.map(({ runs }) => runs)).toEqual([500, 100]);
    const few = draws.map((draw) => ({ ...draw, runs: 2 }));
    const [once, again] = [few.flatMap(simulateDraw), few.flatMap(simulateDraw)];
    expect(once).toEqual(again);
    expect(Outcome.joined(once)).toMatchObject({ id: "ramp.drift", runs: 4 });
    expect(Outcome.joined(once).counted("pooledZEnd")).toBe(4);
  });

  it("writes tables that a cell cannot break", () => {
    expect(markdownTable(["a"], [["x | y"]])).toBe("| a |\n| --- |\n| x \\| y |");
  });
});
