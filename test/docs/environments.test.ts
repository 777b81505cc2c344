import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { loadProject } from "../../src/config/load.ts";
import type { Project } from "../../src/config/project.ts";
import { releaseDigest } from "../../src/domain/release/release-digest.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const PAGE = readFileSync(new URL("../../docs/environments.md", import.meta.url), "utf8");

/** The first block of the page in a language, after a heading. */
function blockOf(language: string, heading: string): string {
  const [, after = ""] = PAGE.split(`## ${heading}\n`);
  const [, block = ""] = after.split(`\`\`\`${language}\n`);
  return block.split("```")[0] ?? "";
}

/** What stands between the fences after a heading: a block, what is between two, the next block. */
const blocksOf = (heading: string): readonly string[] =>
  (PAGE.split(`## ${heading}\n`)[1] ?? "").split(/```[a-z]*\n/).slice(1);

const MAIN = blockOf("yaml", "What differs, and what never does");

function projectIn(environment?: string): Project {
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", MAIN]]) }, environment);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
  return loaded.project;
}

test("the example is two projects with the same release", () => {
  const [own, staging] = [projectIn(), projectIn("staging")];
  expect([own.environment, own.releases]).toEqual(["production", "promoted"]);
  expect([staging.environment, staging.releases]).toEqual(["staging", "applied"]);
  const [one, other] = [own, staging].map((project) => project.endpoints.get("support-bot"));
  if (one === undefined || other === undefined) throw new Error("Both have the endpoint.");
  expect(releaseDigest(one.content)).toBe(releaseDigest(other.content));
  expect([one.plan.strategy, other.plan.strategy]).toEqual(["canary", "instant"]);
  const rates = [own, staging].map(({ meters }) => meters?.limits[0]?.requests?.amount);
  expect(rates).toEqual([6_000, 60]);
  expect(staging.meters?.budgets[0]).toMatchObject({ window: "month", limitPico: 50n * 10n ** 12n });
});

test("what the page says never differs is refused with the reason", () => {
  const text = MAIN.replace("        rollout: { strategy: instant }", "        models: [openai/gpt-x-2026-05-01]");
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", text]]) });
  expect(loaded.ok ? [] : loaded.mistakes).toMatchObject([
    { message: expect.stringContaining("a release goes through all of them with the same digest") as unknown },
  ]);
});

describe("the commands of the page", () => {
  let server: RunningServer;

  beforeAll(async () => {
    const environment = { OPENAI_API_KEY: "sk-production", OPENAI_STAGING_KEY: "sk-staging" };
    server = await startServer({ "rollward.yaml": MAIN }, { environment });
  });

  afterAll(() => server.stop());

  async function run(line: string): Promise<{ readonly code: number; readonly text: string }> {
    let text = "";
    const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
    const environment = { ROLLWARD_URL: server.url, ROLLWARD_API_KEY: ADMIN_KEY };
    const code = await runCli(words.slice(1), environment, (more) => (text += more));
    return { code, text };
  }

  test("do what it says, in its order", async () => {
    const apply = `rollward apply ${server.config} --environment staging`;
    expect((await run(apply)).text).toContain("support-bot@1: is the first release and serves at once");
    expect((await run("rollward environments")).text).toMatch(/production +own +none [^]*staging +support-bot/);
    expect((await run("rollward keys create my-app")).code).toBe(0);
    expect((await run("rollward keys create my-app-tests --environment staging")).code).toBe(0);
    expect((await run("rollward keys list")).text).toMatch(/my-app-tests [^\n]*staging/);
    const promote = 'rollward promote support-bot --from staging --to production --reason "Two quiet days."';
    expect(PAGE).toContain(promote);
    expect((await run(promote)).text).toContain(
      "was promoted from staging to production: it is the first release there",
    );
    expect((await run(promote)).text).toContain("production serves support-bot@1 already.");
    const report =
      "rollward pipeline report support-bot@8 --stage integrate --state passed --evidence https://ci.example/runs/17";
    expect(PAGE).toContain(report);
    expect((await run(`${report.replace("@8", "@1")} --environment staging`)).text).toMatch(
      /integrate +passed .*https:\/\/ci\.example\/runs\/17/,
    );
    const shown = (await run("rollward pipeline show support-bot@1 --environment production")).text;
    for (const stage of ["check", "evaluate", "integrate", "approve", "deploy", "monitor"]) {
      expect(shown).toContain(`\n${stage} `);
      expect(PAGE).toContain(`| \`${stage}\` |`);
    }
  });

  test("tell the parity that the page shows", async () => {
    const [command = "", , answer] = blocksOf("Parity");
    const { text, code } = await run(command);
    expect(text).toBe(answer);
    expect(code).toBe(0);
  });
});
