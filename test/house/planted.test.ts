import { expect, it } from "vitest";
import { describeViolations, inspectHouse } from "./house.ts";
import type { FileMap } from "./source-file.ts";

/** `file:line rule message` of each violation in a planted tree. */
const inspect = (files: FileMap): readonly string[] =>
  inspectHouse(files, []).map(({ file, line, rule, message }) => `${file}:${line} ${rule} ${message}`);

/** What an import costs: the violations of a file at `path` that imports `specifier` once. */
const importing = (path: string, specifier: string, keyword = "import type"): readonly string[] =>
  inspect({ [path]: `${keyword} { X } from "${specifier}";\nexport const ${exportName(path)} = (x: X): X => x;\n` });

const exportName = (path: string): string => path.split("/").at(-1)?.split(".")[0]?.replaceAll("-", "_") ?? "";

it.each([
  ["src/kit/hash.ts", "../domain/json.ts"],
  ["src/domain/money/price.ts", "../../ports/clock.ts"],
  ["src/ports/clock.ts", "../kit/hash.ts"],
  ["src/adapters/system/clock.ts", "../../gateway/handle.ts"],
  ["src/gateway/handle.ts", "../delivery/reconcile.ts"],
  ["src/delivery/reconcile.ts", "../gateway/handle.ts"],
  ["src/gateway/handle.ts", "../http/app.ts"],
  ["src/gateway/handle.ts", "../adapters/providers/openai.ts"],
  ["src/cli/apply.ts", "../domain/json.ts"],
  ["src/config/load.ts", "../ports/clock.ts"],
  ["src/http/app.ts", "../adapters/stores/memory/store.ts"],
  ["src/http/app.ts", "../main.ts"],
  ["src/kit/hash.ts", "../../test/fixtures/seed.ts"],
  ["src/kit/hash.ts", "../kit/sort.test.ts"],
  ["src/adapters/providers/openai.ts", "../caches/memory.ts"],
  ["src/adapters/stores/postgres/store.ts", "../memory/store.ts"],
])("forbids %s to import %s, value or type", (path, specifier) => {
  for (const keyword of ["import type", "import", "export"]) {
    expect(importing(path, specifier, keyword)[0]).toContain(`${path}:1 `);
  }
});

it.each([
  ["src/domain/money/price.ts", "../../kit/hash.ts"],
  ["src/domain/prompt/fill.ts", "mustache"],
  ["src/domain/evidence/beta.ts", "@stdlib/math-base-special-betaln"],
  ["src/kit/hash.ts", "node:crypto"],
  ["src/main.ts", "./adapters/stores/postgres/store.ts"],
  ["src/main/serve.ts", "../http/app.ts"],
  ["src/adapters/stores/postgres/store.ts", "./schema.ts"],
  ["src/adapters/stores/postgres/store.ts", "pg"],
  ["src/contract/calls.ts", "../domain/call/call-record.ts"],
  ["src/gateway/handle.test.ts", "../delivery/reconcile.ts"],
  ["console/lib/api.ts", "../../src/contract/route.ts"],
  ["console/routes/now.tsx", "../ui/page.tsx"],
])("allows %s to import %s", (path, specifier) => {
  expect(importing(path, specifier)).toEqual([]);
});

it("keeps the console to types of the contract: a browser loads nothing else of the program", () => {
  expect(importing("console/lib/api.ts", "../../src/contract/route.ts", "import")).toEqual([
    "console/lib/api.ts:1 imports ../../src/contract/route.ts: the console imports only types from src/contract",
  ]);
  for (const specifier of ["../../src/domain/json.ts", "../../test/fixtures/hand-clock.ts"]) {
    expect(importing("console/lib/api.ts", specifier)[0]).toContain(
      "the console imports only console and src/contract",
    );
  }
  expect(importing("console/lib/api.ts", "node:fs")[0]).toContain("the console runs in browsers");
});

it.each([
  ["src/kit/hash.ts", "lodash", "kit may not import this package"],
  ["src/domain/money/price.ts", "node:fs", "domain is pure"],
  ["src/domain/money/price.ts", "zod", "domain may not import this package"],
  ["src/gateway/handle.ts", "node:timers/promises", "gateway is pure"],
  ["src/http/app.ts", "fs", "write node:fs"],
  ["src/http/app.ts", "/etc/hosts.ts", "write a relative path"],
  ["src/parlour/sofa.ts", "./cushion.ts", "not a room of the house"],
])("forbids %s to import %s", (path, specifier, message) => {
  expect(importing(path, specifier).join("\n")).toContain(message);
});

it("lets a program outside of src be started, but not imported", () => {
  const address = (path: string) => `export const a = new URL("${path}", import.meta.url);`;
  expect(inspect({ "src/main/a.ts": address("../../examples/drive.ts") })).toEqual([]);
  expect(inspect({ "src/main/a.ts": 'export const a = import("../../examples/drive.ts");' })[0]).toContain(
    "outside of it",
  );
});

it("lets the contract take types from the domain, and no code", () => {
  const value = importing("src/contract/calls.ts", "../domain/errors.ts", "import");
  expect(value).toEqual([
    "src/contract/calls.ts:1 imports ../domain/errors.ts: contract may import only types from domain",
  ]);
});

it.each([
  ['const a = await import("../http/app.ts");', "gateway may import only"],
  ["const a = await import(name);", "a computed import cannot be checked"],
  ['type A = import("../http/app.ts").App;', "gateway may import only"],
  ['const a = new URL("../http/worker.ts", import.meta.url);', "gateway may import only"],
  ['const a = require("../http/app.ts");', "gateway may import only"],
  ['export * from "../http/app.ts";', "gateway may import only"],
])("sees through the disguised import %s", (text, message) => {
  expect(inspect({ "src/gateway/a.ts": text }).join("\n")).toContain(message);
});

it.each([
  "Date.now()",
  'Date["now"]()',
  "[1].map(Date.now)",
  "new Date()",
  "Date()",
  "Math.random()",
  "process.env",
  "performance.now()",
  "setTimeout(() => {}, 1)",
  "({ run: setTimeout })",
  "globalThis.setTimeout",
  "crypto.randomUUID()",
  "AbortSignal.timeout(5)",
  'fetch("http://localhost")',
])("finds %s in domain, gateway and delivery", (expression) => {
  const text = `export const price = ${expression};\n`;
  for (const folder of ["domain/money", "gateway", "delivery"]) {
    expect(inspect({ [`src/${folder}/price.ts`]: text })[0]).toContain(`src/${folder}/price.ts:1 purity `);
  }
  expect(inspect({ "src/adapters/system/price.ts": text })).toEqual([]);
});

it.each([
  "new Date(0).toISOString()",
  "clock.performance",
  "({ process: 1 })",
  "(clock: { setTimeout(): void }) => clock.setTimeout()",
])("lets %s pass as pure", (expression) => {
  expect(inspect({ "src/gateway/price.ts": `export const price = ${expression};\n` })).toEqual([]);
});

const lines = (count: number): string => "// line\n".repeat(count);

it.each([
  ["a long file", "src/kit/hash.ts", `export const hash = 1;\n${lines(400)}`, "401 lines; at most 400"],
  ["a long function", "src/kit/hash.ts", `export function hash() {\n${lines(59)}}\n`, "hash has 61 lines; at most 60"],
  ["a fourth parameter", "src/kit/hash.ts", "export const hash = (a, b, c, d) => a;", "hash takes 4 parameters"],
  ["a default export", "src/kit/hash.ts", "export default function hash() {}", "a default export"],
  ["a default export by name", "test/a.ts", "const a = 1;\nexport { a as default };", "a default export"],
  ["a barrel", "src/kit/hash.ts", 'export { hash } from "./other.ts";', "a re-export"],
  ["a barrel in a registry", "src/kit/index.ts", 'export * from "./other.ts";', "a re-export"],
  ["a file in camel case", "src/kit/hashText.ts", "export const hashText = 1;", "not in kebab-case"],
  ["a file named by nothing in it", "src/kit/hash.ts", "export const sort = 1;", "named after none of its exports"],
  [
    "a file whose many exports share no word with it",
    "src/kit/hash.ts",
    "export const a = 1, b = 2;",
    "named after none",
  ],
  ["a folder named utils", "src/http/utils/a.ts", "export const a = 1;", "the folder name utils says nothing"],
  ["a fat port", "src/ports/a.ts", `export interface A { ${"m(): void; ".repeat(9)} }`, "A has 9 methods"],
  ["a canary arm", "src/kit/hash.ts", "export const hash = (canaryWeight) => 1;", "canaryWeight: say candidate"],
  ["a term of art in the CLI", "src/cli/a.ts", 'export const a = "is non-inferior";', "say “no worse”"],
  ["a canary arm in the docs", "docs/a.md", "The canary release is slow.", "say candidate"],
  ["a registry's host", "docs/a.md", `https://${["pypi", "org"].join(".")}/x`, "names the host of a registry"],
  ["a path of a machine", "docs/a.md", `see ${["", "home", "me", "x"].join("/")}`, "names a path of one machine"],
  ["two tests of one name", "src/a.test.ts", 'it("does a", f);\nit("does a", g);', "a second test is named “does a”"],
])("finds %s", (...[, path, text, message]) => {
  expect(inspect({ [path]: text }).join("\n")).toContain(message);
});

it("lets a list of tests, a registry and tests of other suites be", () => {
  const suite = (name: string) => `describe("${name}", () => {\n${lines(70)}it("does a", f);\n});\n`;
  expect(inspect({ "src/a.test.ts": suite("one") + suite("two") })).toEqual([]);
  expect(inspect({ "src/kit/index.ts": 'export { a } from "./a.ts";' })).toEqual([]);
});

it("finds an error code that nobody raises or that the docs do not name", () => {
  const errors = "export const KEY_ERRORS = { key_missing: { status: 401 }, key_lost: { status: 401 } };";
  const raised = 'export const raise = () => new RollwardError("key_missing");';
  const files = {
    "src/domain/error-table/keys.ts": errors,
    "src/http/raise.ts": raised,
    "docs/errors.md": "`key_lost`",
  };
  expect(inspect(files)).toEqual([
    "src/domain/error-table/keys.ts:1 errors key_missing is not in docs/errors.md; run: npm run generate",
    "src/domain/error-table/keys.ts:1 errors key_lost is never raised; use it or remove the row",
  ]);
});

it("lets an exception stand with its reason, and finds one that is no longer needed", () => {
  const files = { "src/kit/hash.ts": "export const sort = 1;" };
  const exception = { file: "src/kit/hash.ts", rule: "names", reason: "a test" };
  expect(inspectHouse(files, [exception])).toEqual([]);
  expect(inspectHouse(files, [exception, { ...exception, rule: "size" }])).toEqual([
    { file: "src/kit/hash.ts", line: 1, rule: "size", message: "listed in exceptions.ts but no longer broken" },
  ]);
});

it("reports a file that cannot be parsed, and goes on with the others", () => {
  const found = inspect({ "src/kit/a.ts": "export const = 1;", "src/kit/b.ts": "export const c = 1;" });
  expect(found[0]).toContain("src/kit/a.ts:1 syntax ");
  expect(found[1]).toContain("src/kit/b.ts:1 names ");
});

it("reports all violations in one list, file by file", () => {
  const violations = inspectHouse({ "src/kit/a.ts": "export const b = (a, b, c, d) => Math;\nexport default b;" }, []);
  expect(describeViolations(violations)).toBe(
    [
      "3 violation(s) of the house rules in 1 file(s)",
      "",
      "src/kit/a.ts",
      "     1  size    b takes 4 parameters; pass one object",
      "     1  names   named after none of its exports (b)",
      "     2  exports a default export; give it a name",
    ].join("\n"),
  );
});
