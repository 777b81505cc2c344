import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { LONGER_PROMPT, registryProject } from "../fixtures/registry-project.ts";
import type { RegistryProject } from "../fixtures/registry-project.ts";
import { runRollward } from "../fixtures/run-rollward.ts";
import type { Ran } from "../fixtures/run-rollward.ts";
import { startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const GOLDEN = fileURLToPath(new URL("../golden/plan/plan.md", import.meta.url));

let server: RunningServer;

afterEach(() => server.stop());

const rollward = (...args: readonly string[]): Promise<Ran> => runRollward(server, args);

const start = async (wish: RegistryProject = {}): Promise<void> => {
  server = await startServer(registryProject(wish));
};

const project = (wish: RegistryProject): string => writeProject(registryProject(wish));

/** What CI says in its variables, as GitHub Actions does on a push. */
const GITHUB = {
  GITHUB_SHA: "aaaa2d3c4b5a69788796a5b4c3d2e1f0aaaa2d3c",
  GITHUB_REF: "refs/heads/main",
  GITHUB_REF_NAME: "main",
  GITHUB_HEAD_REF: "",
  GITHUB_ACTOR: "ada",
  GITHUB_REPOSITORY: "acme/bots",
  GITHUB_SERVER_URL: "https://git.example",
};

/** Ends as soon as somebody promotes it. */
const QUICK = "steps: [50%, 100%], drain: 0s";

/** Tells a rollout something as soon as it can be told. */
const tell = (...words: readonly string[]) =>
  expect.poll(async () => (await rollward(...words)).code, { timeout: 60_000 }).toBe(0);

describe("the plan of a project", () => {
  test("is Markdown for a comment, with exit code 2, and changes nothing", async () => {
    await start({ faq: "parameters: { seed: 1 }" });
    const next = project({
      faq: "parameters: { seed: 1 }",
      prompt: `${LONGER_PROMPT}\`\`\`\n<b>@everyone</b>\n\`\`\`\`\n`,
      fields: "order: { type: integer }",
      model: "gpt-2026-06-01",
      more: "retain_facts: 30d\n",
    });
    const { code, text } = await rollward("apply", next, "--plan", "--format", "markdown");
    expect(code).toBe(2);
    expect(text).toBe(readFileSync(GOLDEN, "utf8"));
    expect(await rollward("diff", next, "--format", "markdown")).toEqual({ code, text });
    expect((await rollward("releases", "list", "support-bot")).text).not.toContain("support-bot@2");
  });

  test("of what is there is empty with exit code 0, and endpoints without a change are counted, not listed", async () => {
    await start({ faq: "parameters: { seed: 1 }" });
    const nothing = await rollward("apply", server.config, "--plan", "--format", "markdown");
    expect(nothing).toMatchObject({ code: 0 });
    expect(nothing.text).toContain("Nothing to apply: the server has what this branch has.");
    expect(await rollward("diff", server.config)).toEqual({ code: 0, text: "Nothing to apply.\n" });
    const { text } = await rollward("diff", project({ faq: "parameters: { seed: 2 }" }));
    expect(text).toMatch(/^faq: goes out by rollout\n/);
    expect(text).toMatch(/\n1 endpoint unchanged\.\n$/);
    expect(text).not.toContain("support-bot");
  });

  test("of a project with mistakes names each with its place, with exit code 1", async () => {
    await start();
    const wrong = project({ model: "gpt-latest" });
    const { code, text } = await rollward("apply", wrong, "--plan", "--format", "markdown");
    expect(code).toBe(1);
    expect(text).toMatch(/\*\*1 mistake; nothing can be applied\.\*\*\n\n- `rollward\.yaml:\d+:\d+`/);
    expect(await rollward("apply", wrong, "--format", "yaml")).toMatchObject({ code: 1 });
    expect((await rollward("--json", "diff", wrong)).text).toContain('"mistakes":[{');
  });

  test("every command shows how to reach the server and to get JSON", async () => {
    await start();
    for (const command of [["diff"], ["apply"], ["drift"], ["releases", "diff"]]) {
      const { text } = await rollward(...command, "--help");
      expect(text).toContain("--url <url>");
      expect(text).toContain("--json");
    }
  });
});

describe("where a project comes from", () => {
  test("is read from the variables of the CI, kept with the release and told as the last apply", async () => {
    await start();
    const applied = await runRollward(server, ["apply", project({ temperature: 0.5 })], GITHUB);
    expect(applied.code).toBe(0);
    const lineage = await rollward("--json", "releases", "lineage", "support-bot@2");
    expect(JSON.parse(lineage.text)).toMatchObject({
      applications: [
        {
          parent: "support-bot@1",
          origin: {
            commit: GITHUB.GITHUB_SHA,
            branch: "main",
            author: "ada",
            pull_request: null,
            repository: "https://git.example/acme/bots",
          },
        },
      ],
    });
    await expect
      .poll(async () => (await rollward("status")).text)
      .toMatch(/support-bot +production +support-bot@1 +support-bot@2 at 50 %/);
    const { text } = await rollward("status");
    expect(text).toMatch(
      /production was applied last at \S+ by ROLLWARD_ADMIN_KEY: commit aaaa2d3c4b5a on main by ada/,
    );
    const { body } = await server.ask("GET", "/api/health");
    expect(body).toMatchObject({ applied: [{ environment: "production", origin: { commit: GITHUB.GITHUB_SHA } }] });
  });

  test("is read from GitLab's variables, and what is written on the command line counts more", async () => {
    await start();
    const gitlab = {
      CI_COMMIT_SHA: "bbbb",
      CI_COMMIT_REF_NAME: "main",
      CI_MERGE_REQUEST_IID: "7",
      CI_PROJECT_URL: "https://git.example/p",
    };
    await runRollward(server, ["apply", project({ temperature: 0.5 }), "--author", "Grace"], gitlab);
    const { text } = await rollward("releases", "lineage", "support-bot@2");
    expect(text).toContain("commit bbbb on main by Grace (#7)");
  });

  test("is read from git in a work tree, without the credentials of its remote", async () => {
    await start();
    const file = project({ temperature: 0.5 });
    const git = (...args: readonly string[]): string =>
      execFileSync("git", ["-C", dirname(file), "-c", "user.name=Ada", "-c", "user.email=a@example.com", ...args], {
        encoding: "utf8",
      });
    git("init", "--quiet", "--initial-branch", "orders");
    git("remote", "add", "origin", "https://ada:secret@git.example/acme/bots.git");
    git("add", ".");
    git("commit", "--quiet", "--message", "first");
    writeFileSync(join(dirname(file), "prompts/system.md"), LONGER_PROMPT);
    expect((await rollward("apply", file)).code).toBe(0);
    const { text } = await rollward("releases", "lineage", "support-bot@2");
    expect(text).toContain(`commit ${git("rev-parse", "HEAD").slice(0, 12)} with changes of its own on orders by Ada`);
    expect(text).toContain("https://git.example/acme/bots.git");
    expect(text).not.toContain("secret");
  });
});

describe("an apply that waits", () => {
  test("ends with 0 when every rollout was completed", async () => {
    await start({ rollout: QUICK });
    const waiting = rollward("apply", project({ rollout: QUICK, temperature: 0.5 }), "--wait", "--timeout", "1m");
    await tell("rollout", "promote", "support-bot", "--reason", "It is Friday.");
    const { code, text } = await waiting;
    expect({ code, text }).toMatchObject({ code: 0, text: expect.stringContaining("support-bot@2") as string });
    expect(text).toContain(": completed");
  });

  test("ends with 1 when one was withdrawn, and with 3 when time is up", async () => {
    await start();
    const waiting = rollward("apply", project({ temperature: 0.5 }), "--wait");
    await tell("rollout", "abort", "support-bot", "--reason", "Legal says no.");
    expect(await waiting).toMatchObject({ code: 1, text: expect.stringContaining("Legal says no.") as string });
    const next = project({ temperature: 0.6 });
    const late = await rollward("apply", next, "--wait", "--timeout", "0s");
    expect(late).toMatchObject({ code: 1, text: expect.stringContaining("--timeout 0s is no duration.") as string });
    const later = await rollward("apply", next, "--wait", "--timeout", "1ms");
    expect(later).toMatchObject({ code: 3, text: expect.stringContaining("still under way after 1 ms.") as string });
  });

  test("outlasts a server that cannot answer for a while, and ends at once when it is told no", async () => {
    await start({ rollout: QUICK });
    const seen: number[] = [];
    const between = createServer((request, response) => {
      const isLook = request.method === "GET";
      if (isLook) seen.push(seen.length);
      const turn = isLook ? seen.length : 0;
      if (turn === 1) response.writeHead(503).end("restarting");
      if (turn === 2) request.socket.destroy();
      if (turn === 4) response.writeHead(404).end("gone");
      if (turn === 1 || turn === 2 || turn === 4) return;
      const { method = "", url = "" } = request;
      const headers = { authorization: request.headers.authorization ?? "", "content-type": "application/json" };
      const body = isLook ? null : (Readable.toWeb(request) as NonNullable<RequestInit["body"]>);
      void fetch(`${server.url}${url}`, { method, headers, body, duplex: "half" }).then(async (answer) =>
        response.writeHead(answer.status).end(await answer.text()),
      );
    });
    await new Promise<void>((resolve) => between.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(between.address() as AddressInfo).port}`;
    const waited = await runRollward({ url }, ["apply", project({ rollout: QUICK, temperature: 0.5 }), "--wait"]);
    await new Promise((resolve) => between.close(resolve));
    expect(waited.code).toBe(1);
    expect(waited.text).toContain("support-bot@2 (rol_");
    expect(waited.text).toContain("The server answered 404");
    expect(seen).toHaveLength(4);
  });

  test("has nothing to wait for where nothing changes", async () => {
    await start();
    expect(await rollward("apply", server.config, "--wait")).toEqual({ code: 0, text: "Nothing has changed.\n" });
  });
});

describe("drift", () => {
  const drift = (file = server.config, variables: Readonly<Record<string, string>> = {}) =>
    runRollward(server, ["drift", file], variables);

  test("is none after an apply, nor while what was applied is on its way", async () => {
    await start();
    expect(await drift()).toMatchObject({
      code: 0,
      text: expect.stringContaining("No drift: production has what the repository has.") as string,
    });
    const next = project({ temperature: 0.5 });
    await rollward("apply", next);
    expect((await drift(next)).code).toBe(0);
  });

  test("is a release that went back, with who and why, and no more once the repository went back too", async () => {
    await start();
    const next = project({ temperature: 0.5 });
    await rollward("apply", next);
    await tell("rollback", "support-bot", "--reason", "Customers complain.");
    const { code, text } = await drift(next);
    expect(code).toBe(2);
    expect(text).toMatch(
      /^withdrawn: support-bot@2, which the repository has, was rolled back: production serves support-bot@1\.\n {4}by ROLLWARD_ADMIN_KEY at \S+: Customers complain\.\n/,
    );
    expect((await drift(server.config)).code).toBe(2);
    await rollward("apply", server.config);
    expect((await drift(server.config)).code).toBe(0);
  });

  test("is a return after a promotion, and what was told by hand", async () => {
    await start({ rollout: QUICK });
    const next = project({ rollout: QUICK, temperature: 0.5 });
    await rollward("apply", next);
    await tell("rollout", "promote", "support-bot", "--reason", "It is Friday.");
    expect((await drift(next)).text).toContain("override: support-bot@2 was promoted by hand.");
    await expect.poll(async () => (await rollward("status")).text, { timeout: 60_000 }).toMatch(/support-bot@2 +–/);
    // Before it has ended a rollback takes the rollout back instead of returning.
    await expect.poll(async () => (await rollward("rollout", "list")).text, { timeout: 60_000 }).toContain("completed");
    await tell("rollback", "support-bot", "--reason", "Refunds are wrong.");
    await expect
      .poll(async () => (await drift(next)).text)
      .toContain(
        "withdrawn: support-bot@2, which the repository has, was left: production serves support-bot@1.\n    by ROLLWARD_ADMIN_KEY",
      );
    const held = project({ temperature: 0.7 });
    await rollward("apply", held);
    await tell("rollout", "hold", "support-bot", "--reason", "Looking.");
    expect((await drift(held)).text).toMatch(
      /override: support-bot@3 is held by hand\.\n {4}by ROLLWARD_ADMIN_KEY at \S+: Looking\./,
    );
    await rollward("rollout", "resume", "support-bot", "--reason", "Fine.");
    expect((await drift(held)).code).toBe(0);
  });

  test("is what was not applied, what another branch brought, settings, pauses and endpoints of nobody", async () => {
    await start({ faq: "parameters: { seed: 1 }" });
    const faq = "parameters: { seed: 1 }";
    const next = project({ faq, temperature: 0.5 });
    expect((await drift(next)).text).toContain(
      "not-applied: The repository has another content than production, which serves support-bot@1.",
    );
    await runRollward(server, ["apply", next, "--branch", "hotfix", "--commit", "beef"]);
    const other = await drift(server.config, GITHUB);
    expect(other).toMatchObject({ code: 2 });
    expect(other.text).toContain(
      "other-release: production is on the way to support-bot@2 (commit beef on hotfix); the repository is on main.",
    );
    const smaller = project({ temperature: 0.5, more: "retain_facts: 30d\n" });
    await rollward("pause", "faq", "--reason", "It answers nonsense.");
    const { text } = await drift(smaller);
    expect(text).toContain("settings: Settings differ from what was applied last:");
    expect(text).toContain("not-in-repository: production serves faq@1; the repository has no such endpoint.");
    expect(text).toMatch(
      /paused: endpoint faq is paused in production\.\n {4}by ROLLWARD_ADMIN_KEY at \S+: It answers nonsense\./,
    );
    const told = JSON.parse((await rollward("--json", "drift", smaller)).text) as {
      drifted: boolean;
      drift: { kind: string }[];
    };
    expect(told.drifted).toBe(true);
    expect(told.drift.map(({ kind }) => kind)).toEqual(["settings", "not-in-repository", "paused"]);
    expect(await drift(project({ model: "gpt-latest" }))).toMatchObject({ code: 1 });
  });

  test("is a flag that was killed, and each environment has its own", async () => {
    const flags = { more: "environments: { staging: {} }\nflags:\n  summaries: { default: on }\n" };
    await start(flags);
    const staging = ["--environment", "staging"];
    const next = project({ ...flags, temperature: 0.5 });
    expect((await runRollward(server, ["apply", next, ...staging, "--branch", "hotfix"])).text).toContain(
      "is the first release",
    );
    await rollward("flags", "kill", "summaries", "--reason", "They invent things.");
    const { code, text } = await drift();
    expect({ code, text }).toMatchObject({
      code: 2,
      text: expect.stringContaining("flag-killed: The flag summaries is killed in production.") as string,
    });
    expect(text).toMatch(/by ROLLWARD_ADMIN_KEY at \S+: They invent things\./);
    expect((await rollward("drift", next, ...staging)).text).toMatch(
      /^No drift: staging has what the repository has\.\nstaging was applied last at .* on hotfix/,
    );
    const { text: status } = await rollward("status");
    expect(status).toContain("production was applied last");
    expect(status).toContain("staging was applied last");
    const promoted = await rollward("promote", "support-bot", "--from", "staging", "--to", "production");
    expect(promoted).toMatchObject({ code: 0 });
    await rollward("flags", "restore", "summaries", "--reason", "Mended.");
    expect(await drift(server.config, GITHUB)).toMatchObject({
      code: 2,
      text: expect.stringContaining(
        "other-release: production is on the way to support-bot@2 (on hotfix); the repository is on main.",
      ) as string,
    });
    const lineage = await rollward("releases", "lineage", "support-bot@2");
    expect(lineage.text).toMatch(
      /brought in production by ROLLWARD_ADMIN_KEY, over support-bot@1\n {4}It was promoted from staging\./,
    );
  });
});
