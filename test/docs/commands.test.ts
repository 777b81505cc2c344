import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const PAGES = ["README.md", ...globSync("docs/**/*.md", { cwd: ROOT }).filter((page) => !page.includes("decisions"))];

/** Commands as pages show them: up to three lower-case words after the program's name, and the flags. */
const SHOWN = /(?:npx |`)rollward ([a-z]+(?:-[a-z]+)*(?: [a-z]+(?:-[a-z]+)*)?)\b([^\n`#]*)/g;

const commands = PAGES.flatMap((page) =>
  [...readFileSync(`${ROOT}${page}`, "utf8").matchAll(SHOWN)]
    .map(([, words = "", rest = ""]) => ({ page, words, rest }))
    .filter(({ words }) => !words.startsWith("help")),
);

async function help(...words: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  let text = "";
  const code = await runCli([...words, "--help"], {}, (said) => {
    text += said;
  });
  return { code, text };
}

/** Options that every command takes. */
const GLOBAL = ["--json", "--url", "--environment"];

test("there are commands in the pages to check", () => {
  expect(commands.length).toBeGreaterThan(20);
});

test.each(commands)("$page: rollward $words", async ({ words, rest }) => {
  const [first = "", second] = words.split(" ");
  const group = await help(first);
  expect(group.code).toBe(0);
  expect(group.text).toContain(`rollward ${first}`);
  const isGroup = second !== undefined && group.text.includes("Commands:");
  const { text } = isGroup ? await help(first, second) : group;
  if (isGroup) expect(text).toContain(`rollward ${first} ${second}`);
  for (const [flag] of rest.matchAll(/--[a-z-]+/g)) {
    if (!GLOBAL.includes(flag)) expect(text).toContain(flag);
  }
});

test("docs/cli.md has a row for every command that the program lists, and for no other", async () => {
  const { text } = await help();
  const [, listed = ""] = /\nCommands:\n([^]*?)\n\n/.exec(text) ?? [];
  const known = [...listed.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = ""]) => name).filter((name) => name !== "help");
  const page = readFileSync(`${ROOT}docs/cli.md`, "utf8");
  const rows = [...page.matchAll(/^\| `rollward ([a-z]+)` \| \S/gm)].map(([, name = ""]) => name);
  expect(known.length).toBeGreaterThan(10);
  expect(rows.toSorted()).toEqual(known.toSorted());
});
