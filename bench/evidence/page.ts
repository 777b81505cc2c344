import { readFileSync, writeFileSync } from "node:fs";
import type { Check } from "./checks.ts";
import type { Study } from "./draw.ts";
import { markdownTable, TABLES } from "./page-tables.ts";
import type { Outcome } from "./scenario.ts";

const PAGE = new URL("../../docs/evidence.md", import.meta.url);

/** Between these lines stands what the study found. */
export const BEGIN = "<!-- figures: written by `npm run bench:evidence -- --full --write` -->";
export const END = "<!-- end of figures -->";

/** What the page is made of. */
export interface PageTerms {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly checks: readonly Check[];
  readonly study: Study;
  /** How long it took. */
  readonly seconds: number;
}

/** Writes what the study found into docs/evidence.md. */
export function writePage(terms: PageTerms): void {
  writeFileSync(PAGE, withFigures(readFileSync(PAGE, "utf8"), figuresOf(terms)));
}

/** The page with other figures; throws when it has no place for them. */
export function withFigures(page: string, figures: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error("docs/evidence.md has lost the lines between which figures stand.");
  return `${page.slice(0, begin + BEGIN.length)}\n\n${figures}\n${page.slice(end)}`;
}

/** What the study found, as Markdown: the same headings and columns whatever it found. */
export function figuresOf({ outcomes, checks, study, seconds }: PageTerms): string {
  const failed = checks.filter(({ passed }) => !passed);
  const size = study.isFull
    ? "with as many runs as the reference"
    : `with ${study.runs} runs of each scenario (or as many as the reference has, where that is fewer)`;
  const took = seconds < 90 ? `${Math.round(seconds)} seconds` : `${(seconds / 60).toFixed(0)} minutes`;
  const head = `Seed ${study.seed}, ${size}; it took ${took}. ${checks.length - failed.length} of ${checks.length} checks passed.`;
  const lost = failed.map(({ id, name, detail }) => `- failed: ${id}, ${name}: ${detail}`);
  const tables = TABLES.map(({ title, note, columns, rowsOf }) =>
    [`### ${title}`, "", note, "", markdownTable(columns, rowsOf(outcomes, checks)), ""].join("\n"),
  );
  return [head, ...lost, "", ...tables].join("\n");
}
