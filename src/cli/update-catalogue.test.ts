import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BUNDLED_CATALOGUE } from "../contract/catalogue/bundled.ts";
import { runCli } from "./run-cli.ts";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "rollward-catalogue-"));
});
afterEach(() => rm(directory, { recursive: true }));

const run = async (...args: readonly string[]): Promise<{ code: number; said: string }> => {
  let said = "";
  const code = await runCli(["catalogue", ...args], {}, (text) => {
    said += text;
  });
  return { code, said };
};

const LATER = { ...BUNDLED_CATALOGUE, version: "2199-01-01", models: BUNDLED_CATALOGUE.models.slice(0, -1) };

test("writes the catalogue that comes along into a new file", async () => {
  const to = join(directory, "catalogue.json");
  const { code, said } = await run("update", "--to", to);
  expect([code, said.includes(`catalogue: ${to}`)]).toEqual([0, true]);
  expect(JSON.parse(await readFile(to, "utf8"))).toEqual(BUNDLED_CATALOGUE);
  expect(await readdir(directory)).toEqual(["catalogue.json"]);
});

test("shows what long prompts cost beside the others", async () => {
  const { said } = await run("list", "--vendor", "gemini");
  expect(said.split("\n").find((line) => line.includes("gemini-2.5-pro "))).toMatch(
    /1\.25, above 200000: 2\.5 +0\.125, above 200000: 0\.25 +10, above 200000: 15/,
  );
});

test("takes a later one from a file, tells what changed and keeps the one before", async () => {
  const [to, from] = [join(directory, "catalogue.json"), join(directory, "later.json")];
  await run("update", "--to", to);
  await writeFile(from, JSON.stringify(LATER));
  const { code, said } = await run("update", "--from", from, "--to", to);
  const gone = BUNDLED_CATALOGUE.models.at(-1);
  expect([code, said.includes(`gone: ${gone?.vendor}/${gone?.id}`)]).toEqual([0, true]);
  expect(JSON.parse(await readFile(to, "utf8"))).toEqual(LATER);
  expect(JSON.parse(await readFile(join(directory, "catalogue.previous.json"), "utf8"))).toEqual(BUNDLED_CATALOGUE);
});

test.each([
  ["not JSON", "not JSON", "{"],
  ["one with a mistake", "models.0.prices", JSON.stringify(LATER).replace('"input":"', '"input":"x')],
  ["one that is not later", "is not later", JSON.stringify(BUNDLED_CATALOGUE)],
])("refuses %s and changes nothing", async (_, words, text) => {
  const [to, from] = [join(directory, "catalogue.json"), join(directory, "other.json")];
  await run("update", "--to", to);
  const before = await readFile(to, "utf8");
  await writeFile(from, text);
  const { code, said } = await run("update", "--from", from, "--to", to);
  expect([code, said.includes(words)]).toEqual([1, true]);
  expect(await readFile(to, "utf8")).toBe(before);
  expect((await readdir(directory)).toSorted()).toEqual(["catalogue.json", "other.json"]);
});

test.each([
  ["http://127.0.0.1/catalogue.json", "over https only"],
  ["https://127.0.0.1:1/catalogue.json", "could not be fetched"],
  ["nowhere.json", "cannot be read"],
])("says why %s cannot be taken", async (from, words) => {
  const { code, said } = await run("update", "--from", from, "--to", join(directory, "catalogue.json"));
  expect([code, said.includes(words)]).toEqual([1, true]);
  expect(await readdir(directory)).toEqual([]);
});

test("lists models of one vendor and shows one with its sources", async () => {
  const { said } = await run("list", "--vendor", "anthropic");
  expect(said).toContain("anthropic/claude-haiku-4-5-20251001");
  expect(said).not.toContain("openai/");
  const shown = JSON.parse((await run("show", "openai/gpt-5-mini-2025-08-07")).said) as { sources: readonly object[] };
  expect(shown.sources.length).toBeGreaterThan(0);
  expect((await run("show", "openai/nonesuch")).code).toBe(1);
});

test("shows what a host's model takes from its maker, with the sources of that", async () => {
  const shown = JSON.parse((await run("show", "azure-openai/gpt-5-mini-2025-08-07")).said) as object;
  expect(shown).toMatchObject({ of: "openai/gpt-5-mini-2025-08-07", context: 400_000, retires: "2027-02-09" });
  expect((await run("list", "--vendor", "vertex")).said).toMatch(/vertex\/gemini-3\.5-flash +1048576/);
});
