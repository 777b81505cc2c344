import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadProject } from "../../src/config/load.ts";
import type { LoadResult, Mistake } from "../../src/config/project.ts";

/** What a case expects: every mistake with place, words and fix, or what the project holds (at least this). */
type Expected =
  | { readonly mistakes: readonly Mistake[]; readonly missing: readonly string[] }
  | { readonly project: object };

const FOLDER = fileURLToPath(new URL("config/", import.meta.url));
const CASES = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const EXPECTED = "expected.json";

function filesOf(name: string): ReadonlyMap<string, string> {
  const root = join(FOLDER, name);
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).filter((path) => !path.endsWith(EXPECTED));
  return new Map(paths.map((path) => [relative(root, path).replaceAll(sep, "/"), readFileSync(path, "utf8")]));
}

/** Plain JSON: maps as objects, prices as decimal text. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, one: unknown) => {
      if (one instanceof Map) return Object.fromEntries(one as Map<string, unknown>);
      return typeof one === "bigint" ? one.toString() : one;
    }),
  );

const outcome = (result: LoadResult): unknown =>
  result.ok ? { project: plain(result.project) } : { mistakes: result.mistakes, missing: result.missing };

describe("the golden projects", () => {
  it("are there to be read", () => {
    expect(CASES.length).toBeGreaterThanOrEqual(50);
  });

  it.each(CASES)("%s loads, or fails, as its folder says", (name) => {
    const actual = outcome(loadProject({ main: "rollward.yaml", files: filesOf(name) }));
    const path = join(FOLDER, name, EXPECTED);
    const expected = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Expected) : {};
    if ("project" in expected) expect(actual).toMatchObject(expected);
    else expect(actual).toEqual(expected);
  });
});
