import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { formatMistakes } from "../../src/config/explain.ts";
import { loadProject } from "../../src/config/load.ts";
import type { EvaluationContext } from "../../src/domain/flags/condition.ts";
import { Evaluator } from "../../src/domain/flags/evaluator.ts";
import { askOfrep } from "../fixtures/flag-project.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const PAGE = readFileSync(`${ROOT}docs/flags.md`, "utf8");

/** The blocks of the page in a language. */
const blocks = (language: string): readonly string[] =>
  PAGE.split(`\`\`\`${language}\n`)
    .slice(1)
    .map((rest) => rest.split("```")[0] ?? "");

const [EXAMPLE = ""] = blocks("yaml");

const MAIN = `${simulatedText(modelText("good-2026-01-01"))}
endpoints:
  support-bot: { models: [sim/good-2026-01-01] }
${EXAMPLE}`;

describe("the flags of docs/flags.md", () => {
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", MAIN]]) });
  if (!loaded.ok) throw new Error(formatMistakes(loaded.mistakes));
  const { flags: set } = loaded.project;

  const evaluate = (
    flag: string,
    context: EvaluationContext,
    { at = "2026-11-21", environment = "production" } = {},
  ) => {
    const terms = { set, environment, now: Date.parse(at), isKilled: () => false };
    const { variant, reason, rule } = new Evaluator(terms, context).evaluate(flag) ?? {};
    return [variant, reason, rule];
  };

  test("mean what the page says", () => {
    const staff = { email: "ada@example.com" };
    const pro = { plan: "pro", app: { version: "4.10.1" }, groups: ["fast"] };
    expect(evaluate("support-summaries", staff)).toEqual(["on", "TARGETING_MATCH", "pilots"]);
    expect(evaluate("support-summaries", pro)).toEqual(["on", "TARGETING_MATCH", "pilots"]);
    expect(evaluate("support-summaries", { ...pro, groups: ["careful"] })).toEqual(["off", "DEFAULT", null]);
    expect(evaluate("support-summaries", { ...pro, app: { version: "4.1.9" } })).toEqual(["off", "DEFAULT", null]);
    expect(evaluate("support-summaries", {}, { environment: "staging" })).toEqual(["on", "DEFAULT", null]);
    const german = { targetingKey: "grace", country: "DE" };
    expect(evaluate("support-summaries", german)).toEqual(["off", "DEFAULT", null]);
    expect(evaluate("support-summaries", german, { at: "2026-12-01" })).toEqual(["on", "TARGETING_MATCH", "ramp"]);
    expect(evaluate("summary-length", german)).toEqual(["none", "DISABLED", null]);
    const lengths = Array.from({ length: 400 }, (_, index) =>
      evaluate("summary-length", { ...staff, targetingKey: `u${index}` }),
    );
    expect(new Set(lengths.map(([variant]) => variant))).toEqual(new Set(["short", "long"]));
    expect(lengths.filter(([, reason]) => reason === "SPLIT").length).toBeGreaterThan(40);
  });
});

describe("the examples of docs/flags.md", () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer({ "rollward.yaml": MAIN });
  });
  afterAll(() => server.stop());

  test("the request of the page has the answer of the page", async () => {
    const [, curl = ""] =
      blocks("sh")
        .find((block) => block.startsWith("curl"))
        ?.split(" -d '") ?? [];
    const answer = await askOfrep(server, { flag: "support-summaries", body: curl.split("'")[0] });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(JSON.parse(blocks("json")[0] ?? ""));
  });

  test("the program of the page reads flags with the official SDK", async () => {
    const directory = mkdtempSync(join(tmpdir(), "rollward-openfeature-"));
    try {
      symlinkSync(`${ROOT}node_modules`, join(directory, "node_modules"));
      writeFileSync(join(directory, "package.json"), '{"type":"module"}');
      const program = (blocks("ts")[0] ?? "").replace("http://127.0.0.1:4400", server.url);
      expect(program).toContain(server.url);
      writeFileSync(join(directory, "example.ts"), program);
      expect(await runBeside(directory, "example.ts")).toMatch(/^Summarise in (three sentences|one page)\.\n$/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test("the commands of the page do what it says", async () => {
    const shown = blocks("sh")
      .flatMap((block) => block.split("\n"))
      .filter((line) => line.startsWith("rollward "));
    expect(shown.length).toBe(5);
    for (const line of shown) {
      const args = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "").slice(1);
      let said = "";
      const code = await runCli(
        ["--url", server.url, ...args],
        { ROLLWARD_API_KEY: ADMIN_KEY },
        (text) => (said += text),
      );
      expect(`${line}: ${code} ${said}`).toContain(`${line}: 0 `);
    }
  });

  test("the flag of an endpoint has the members that the page shows", async () => {
    const answer = await askOfrep(server, { flag: "endpoint.support-bot" });
    const shown = JSON.parse(blocks("json")[1] ?? "") as { readonly metadata: object };
    const { metadata } = answer.body as { readonly metadata: object };
    const { rollout: _, weight: __, ...settled } = shown.metadata as Record<string, unknown>;
    expect(Object.keys(metadata).toSorted()).toEqual(Object.keys(settled).toSorted());
    expect(Object.keys(answer.body as object).toSorted()).toEqual(Object.keys(shown).toSorted());
  });
});

/** Runs a program that asks this process, which goes on answering. */
async function runBeside(directory: string, file: string): Promise<string> {
  const environment = { ...process.env, ROLLWARD_API_KEY: ADMIN_KEY };
  const { stdout } = await promisify(execFile)(process.execPath, [file], {
    cwd: directory,
    env: environment,
    timeout: 60_000,
  });
  return stdout;
}
