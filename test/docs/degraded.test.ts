import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const PAGE = new URL("../../docs/operate/degraded.md", import.meta.url);
const rows = readFileSync(PAGE, "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| away"));

test("every row of docs/operate/degraded.md names a test that holds to it", () => {
  expect(rows.length).toBeGreaterThan(30);
  for (const row of rows) expect(row).toMatch(/\[`[^`]+`\]\([^)]+\.test\.ts\)/);
});

const named = rows.flatMap((row) => [...row.matchAll(/\[`([^`]+)`\]\(([^)]+\.test\.ts)\)/g)]);

test.each(named.map(([, title = "", path = ""]) => ({ title, path })))("$path has: $title", ({ title, path }) => {
  expect(readFileSync(new URL(path, PAGE), "utf8")).toContain(title);
});
