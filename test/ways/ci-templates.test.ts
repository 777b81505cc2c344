import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { runCli } from "../../src/cli/run-cli.ts";
import { registryProject } from "../fixtures/registry-project.ts";
import { ADMIN_KEY, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const textOf = (path: string): string => readFileSync(join(ROOT, path), "utf8");

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required?: boolean }>>;
  readonly runs: {
    readonly using: string;
    readonly steps: readonly { readonly env: Readonly<Record<string, string>>; readonly run: string }[];
  };
}

interface Job {
  readonly script?: readonly string[];
  readonly before_script?: readonly string[];
}

const ACTION = parse(textOf("deploy/github-action/action.yml")) as Action;
const PIPELINE = parse(textOf("deploy/gitlab/rollward.gitlab-ci.yml")) as Readonly<Record<string, Job>> & {
  readonly variables: Readonly<Record<string, string>>;
};

const [STEP] = ACTION.runs.steps;
const jobScript = (name: string): string => (PIPELINE[name]?.script ?? []).join("\n");
const SCRIPTS = [STEP?.run ?? "", ...Object.keys(PIPELINE).map(jobScript)];

/** Every call of the command line: the words after `$CLI` or `$ROLLWARD_CLI`, up to the end of the command. */
const CALLS = SCRIPTS.flatMap((script) =>
  [...script.matchAll(/\$(?:ROLLWARD_)?CLI ([^\n>|;]+)/g)].map(([, words = ""]) => words.trim()),
);

let server: RunningServer;
let place = "";

beforeAll(async () => {
  server = await startServer(registryProject({ rollout: "steps: [50%, 100%], drain: 0s" }));
  place = mkdtempSync(join(tmpdir(), "rollward-ci-"));
});

afterAll(async () => {
  await server.stop();
  rmSync(place, { recursive: true, force: true });
});

interface Ran {
  readonly code: number | null;
  readonly text: string;
}

/** Runs a script as a CI does: in bash, ended by the first failure. The command line is that of this tree. */
function bash(script: string, variables: Readonly<Record<string, string>>): Promise<Ran> {
  const cli = `${process.execPath} ${join(ROOT, "src/cli/main.ts")}`;
  const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
    cwd: place,
    env: {
      PATH: `${place}:${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
      HOME: place,
      CLI: cli,
      ROLLWARD_CLI: cli,
      ROLLWARD_URL: server.url,
      ROLLWARD_API_KEY: ADMIN_KEY,
      ...variables,
    },
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, text })));
}

const next = (temperature: number): string =>
  writeProject(registryProject({ rollout: "steps: [50%, 100%], drain: 0s", temperature }));

const outputOf = (name: string): string => readFileSync(join(place, name), "utf8");

describe("the templates for CI", () => {
  test("call commands that exist, with flags that they have", async () => {
    expect(CALLS.length).toBeGreaterThanOrEqual(7);
    for (const call of CALLS) {
      const [command = ""] = call.split(" ");
      let help = "";
      expect(await runCli([command, "--help"], {}, (more) => (help += more))).toBe(0);
      expect(help).toContain(`rollward ${command}`);
      for (const [flag] of call.matchAll(/--[a-z-]+/g)) expect(help).toContain(flag);
    }
  });

  test("take every input as a variable: nothing that others write is read as a command", () => {
    expect(ACTION.runs.using).toBe("composite");
    expect(STEP?.run).not.toContain("${{");
    const used = [...JSON.stringify(ACTION.runs).matchAll(/inputs\.([a-z-]+)/g)].map(([, name = ""]) => name);
    expect(new Set(used)).toEqual(new Set(Object.keys(ACTION.inputs)));
    expect(Object.keys(PIPELINE)).toEqual([
      "variables",
      ".rollward",
      "rollward-plan",
      "rollward-apply",
      "rollward-drift",
    ]);
    for (const script of SCRIPTS) expect(spawnSync("bash", ["-n", "-c", script]).status).toBe(0);
  });
});

/** Stands for GitHub's own program: writes down what it is asked, and knows the comments that a file lists. */
const GH = `#!/usr/bin/env bash
printf '%s\\n' "$*" >> "$RUNNER_TEMP/gh.log"
case "$*" in *--paginate*) cat "$RUNNER_TEMP/known" 2>/dev/null || true ;; esac
`;

test("run the command line that the repository pins, and download none: whatever came would get the key", () => {
  const called = [ACTION.inputs["cli"]?.default ?? "", PIPELINE.variables["ROLLWARD_CLI"] ?? ""];
  expect(called).toEqual(["npx --no-install rollward", "npx --no-install rollward"]);
  expect(PIPELINE[".rollward"]?.before_script?.join("\n")).toContain("npm ci");
  for (const call of called) {
    const ran = spawnSync("bash", ["-c", call], { cwd: place, env: { ...process.env, npm_config_offline: "true" } });
    expect(ran.status).not.toBe(0);
  }
});

describe("the GitHub action", () => {
  const run = (variables: Readonly<Record<string, string>>): Promise<Ran> => {
    for (const name of ["summary", "output", "gh.log"]) writeFileSync(join(place, name), "");
    writeFileSync(join(place, "gh"), GH);
    chmodSync(join(place, "gh"), 0o755);
    return bash(STEP?.run ?? "", {
      MODE: "auto",
      FILE: server.config,
      WAIT: "true",
      TIMEOUT: "1m",
      COMMENT: "true",
      ENVIRONMENT: "",
      PULL_REQUEST: "",
      GITHUB_REPOSITORY: "acme/bots",
      GITHUB_STEP_SUMMARY: join(place, "summary"),
      GITHUB_OUTPUT: join(place, "output"),
      RUNNER_TEMP: place,
      GITHUB_EVENT_NAME: "push",
      ...variables,
    });
  };

  test("comments the plan on a pull request, and takes its own comment for the next plan", async () => {
    writeFileSync(join(place, "known"), "");
    const file = next(0.5);
    const pull = { GITHUB_EVENT_NAME: "pull_request", PULL_REQUEST: "12", FILE: file };
    const { code, text } = await run(pull);
    expect({ code, text }).toMatchObject({
      code: 0,
      text: expect.stringContaining("! parameters.temperature") as string,
    });
    expect(outputOf("output")).toBe("code=2\n");
    expect(outputOf("summary")).toContain("### Rollward plan for `production`");
    expect(outputOf("gh.log")).toContain(
      `api --method POST repos/acme/bots/issues/12/comments --field body=@${place}/rollward.md`,
    );
    writeFileSync(join(place, "known"), "77\n78\n");
    await run(pull);
    expect(outputOf("gh.log")).toContain("api --method PATCH repos/acme/bots/issues/comments/77 ");
    await run({ ...pull, COMMENT: "false" });
    expect(outputOf("gh.log")).toBe("");
  });

  test("fails a pull request with mistakes, after it has commented them", async () => {
    writeFileSync(join(place, "known"), "");
    const file = writeProject(registryProject({ model: "gpt-latest" }));
    const { code } = await run({ GITHUB_EVENT_NAME: "pull_request", PULL_REQUEST: "12", FILE: file });
    expect(code).toBe(1);
    expect(outputOf("gh.log")).toContain("api --method POST");
    expect(outputOf("summary")).toContain("**1 mistake; nothing can be applied.**");
  });

  test("applies on a push, lets a slow rollout go on, and fails on drift", async () => {
    const file = next(0.6);
    const slow = await run({
      FILE: file,
      TIMEOUT: "1ms",
      GITHUB_SHA: "cafe",
      GITHUB_REF_NAME: "main",
      GITHUB_ACTOR: "ada",
    });
    expect({ code: slow.code, text: slow.text }).toMatchObject({
      code: 0,
      text: expect.stringContaining("::warning::") as string,
    });
    expect(outputOf("output")).toBe("code=3\n");
    expect((await run({ FILE: file, GITHUB_EVENT_NAME: "schedule" })).code).toBe(0);
    const drifted = await run({ FILE: next(0.7), GITHUB_EVENT_NAME: "schedule" });
    expect(drifted).toMatchObject({ code: 2, text: expect.stringContaining("not-applied:") as string });
    expect((await run({ MODE: "frobnicate" })).code).toBe(1);
  });
});

describe("the GitLab template", () => {
  const variables = { ROLLWARD_FILE: "", ROLLWARD_TIMEOUT: "1ms", ROLLWARD_COMMENT_TOKEN: "" };

  test("writes the plan as a note of the merge request, and takes its own note for the next one", async () => {
    const asked: { method: string; url: string; token: string; body: string }[] = [];
    let notes: readonly object[] = [{ id: 1, body: "hello" }];
    const gitlab = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        const { method = "", url = "", headers } = request;
        asked.push({
          method,
          url,
          token: String(headers["private-token"]),
          body: new URLSearchParams(body).get("body") ?? "",
        });
        const page = Number(new URL(url, "http://gitlab").searchParams.get("page") ?? "1");
        response.end(JSON.stringify(notes.slice((page - 1) * 100, page * 100)));
      });
    });
    await new Promise<void>((resolve) => gitlab.listen(0, "127.0.0.1", resolve));
    const merge = {
      ...variables,
      ROLLWARD_FILE: next(0.8),
      ROLLWARD_COMMENT_TOKEN: "secret",
      CI_API_V4_URL: `http://127.0.0.1:${(gitlab.address() as AddressInfo).port}/api/v4`,
      CI_PROJECT_ID: "5",
      CI_MERGE_REQUEST_IID: "7",
    };
    expect(await bash(jobScript("rollward-plan"), merge)).toMatchObject({ code: 0 });
    const talk = Array.from({ length: 120 }, (_, index) => ({ id: 100 + index, body: "hello" }));
    notes = [...talk, { id: 9, body: "<!-- rollward-plan production -->\nold" }];
    expect(await bash(jobScript("rollward-plan"), merge)).toMatchObject({ code: 0 });
    await new Promise((resolve) => gitlab.close(resolve));
    const path = "/api/v4/projects/5/merge_requests/7/notes";
    expect(asked.map(({ method, url, token }) => `${method} ${url} ${token}`)).toEqual([
      `GET ${path}?per_page=100&sort=asc&page=1 secret`,
      `POST ${path} secret`,
      `GET ${path}?per_page=100&sort=asc&page=1 secret`,
      `GET ${path}?per_page=100&sort=asc&page=2 secret`,
      `PUT ${path}/9 secret`,
    ]);
    expect(asked[1]?.body).toBe(outputOf("rollward-plan.md"));
    expect(outputOf("rollward-plan.md")).toContain("### Rollward plan for `production`");
  });

  test("applies on a push, lets a slow rollout go on, and fails on mistakes and on drift", async () => {
    const file = next(0.9);
    const applied = await bash(jobScript("rollward-apply"), { ...variables, ROLLWARD_FILE: file });
    expect(applied).toMatchObject({ code: 0, text: expect.stringContaining("it goes on by itself") as string });
    const wrong = writeProject(registryProject({ model: "gpt-latest" }));
    expect((await bash(jobScript("rollward-apply"), { ...variables, ROLLWARD_FILE: wrong })).code).toBe(1);
    expect((await bash(jobScript("rollward-plan"), { ...variables, ROLLWARD_FILE: wrong })).code).toBe(1);
    expect((await bash(jobScript("rollward-drift"), { ...variables, ROLLWARD_FILE: file })).code).toBe(0);
    expect((await bash(jobScript("rollward-drift"), { ...variables, ROLLWARD_FILE: next(0.95) })).code).toBe(2);
  });
});
