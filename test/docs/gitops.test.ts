import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { blocksOf, commandsOf, patternOf } from "../fixtures/console-page.ts";
import { registryProject } from "../fixtures/registry-project.ts";
import { runRollward } from "../fixtures/run-rollward.ts";
import { startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const [DIFF, DRIFT, HELD] = commandsOf("gitops.md");
const faq = "parameters: { seed: 1 }";

let server: RunningServer;
let next = "";

/** Runs a command of the page on the files of the test, with what a work tree of the page would say. */
const shown = (args: readonly string[]) =>
  runRollward(
    server,
    args.map((arg) => (arg === "next/rollward.yaml" ? next : arg)),
  );

beforeAll(async () => {
  server = await startServer(registryProject({ faq }));
  next = writeProject(registryProject({ faq, temperature: 0.5 }));
});

afterAll(() => server.stop());

test("rollward diff writes what docs/gitops.md shows", async () => {
  const { code, text } = await shown(DIFF?.args ?? []);
  expect(code).toBe(2);
  expect(text).toMatch(patternOf(DIFF?.output ?? ""));
});

test("rollward drift writes what docs/gitops.md shows", async () => {
  const origin = ["--commit", "1f2e3d4c5b6a7988776655443322110099887766", "--branch", "main", "--author", "Ada"];
  await runRollward(server, ["apply", next, ...origin]);
  const reason = ["--reason", "Customers complain."];
  await expect.poll(async () => (await runRollward(server, ["rollback", "support-bot", ...reason])).code).toBe(0);
  const { code, text } = await shown(DRIFT?.args ?? []);
  expect(code).toBe(2);
  expect(text).toMatch(patternOf(DRIFT?.output ?? ""));
});

test("rollward apply of what was rolled back writes what docs/gitops.md shows", async () => {
  const { code, text } = await shown(HELD?.args ?? []);
  expect(code).toBe(0);
  expect(text).toMatch(patternOf(HELD?.output ?? ""));
});

const fileOf = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

interface Workflow {
  readonly jobs: {
    readonly rollward: { readonly steps: readonly { readonly uses?: string; readonly with?: object }[] };
  };
}

test("the workflows of docs/gitops.md use what the templates have", () => {
  const [github = "", gitlab = ""] = blocksOf("gitops.md", "yaml");
  const { steps } = (parse(github) as Workflow).jobs.rollward;
  const step = steps.find(({ uses }) => uses === "./deploy/github-action");
  const { inputs } = parse(fileOf("deploy/github-action/action.yml")) as {
    readonly inputs: Record<string, { required?: boolean }>;
  };
  expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(step?.with ?? {})));
  const required = Object.keys(inputs).filter((name) => inputs[name]?.required === true);
  expect(Object.keys(step?.with ?? {})).toEqual(expect.arrayContaining(required));
  const { include, variables } = parse(gitlab) as {
    readonly include: readonly { readonly local: string }[];
    readonly variables: object;
  };
  const template = parse(fileOf(include[0]?.local ?? "")) as { readonly variables: object };
  expect(Object.keys(template.variables)).toEqual(expect.arrayContaining(Object.keys(variables)));
});
