import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { readOptions } from "../../src/config/options.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const project = (temperature: number): Record<string, string> => ({
  "rollward.yaml": `${simulatedText(modelText("m-2026-01-01"))}
endpoints:
  bot:
    models: [sim/m-2026-01-01]
    parameters: { temperature: ${temperature} }
    rollout:
      steps: [{ weight: 50%, min_duration: 1h }, 100%]
      drain: 0s
`,
});

let server: RunningServer;

beforeAll(async () => {
  server = await startServer(project(0.1));
});

afterAll(() => server.stop());

/** What the command line says, and its exit code in front. */
async function rollward(...args: readonly string[]): Promise<string> {
  let text = "";
  const environment = { ROLLWARD_URL: server.url, ROLLWARD_API_KEY: ADMIN_KEY };
  const code = await runCli(args, environment, (more) => (text += more));
  return `${code} ${text}`;
}

describe("the words of the command line", () => {
  test.each([
    [["cache", "purge", "nope"]],
    [["releases", "list", "nope"]],
    [["rollout", "list", "nope"]],
    [["rollout", "watch", "nope", "--once"]],
    [["routing", "report", "nope"]],
    [["pause", "nope", "--reason", "x"]],
  ])("name the endpoints that exist when %j names another", async (args) => {
    expect(await rollward(...args)).toMatch(/^1 There is no endpoint named nope\. Existing endpoints: bot\./);
  });

  test.each([
    [["spend", "show", "--by", "nonsense"], "--by must be one of hour, endpoint, model, key, user."],
    [["spend", "why", "--hours", "0"], "--hours must be at least 1."],
    [["spend", "why", "--hours", "1000"], "--hours must be at most 744."],
    [["spend", "why", "--hours", "many"], "--hours must be a number."],
    [["spend", "why", "--against", "0"], "--against must be at least 1."],
    [["spend", "show", "--since", "noon"], "--since must be an instant in UTC such as 2027-01-31T00:00:00Z."],
    [["spend", "show", "--user", ""], "--user must not be empty."],
    [["calls", "list", "--since", "noon"], "`noon` is no time."],
    [["calls", "list", "--since", "6h", "--when", "6h"], "--since and --when both say from when on."],
    [["calls", "list", "--limit", "1000"], "--limit must be at most 200."],
    [["changes", "--since", "noon"], "`noon` is no time."],
    [["changes", "--limit", "1000"], "--limit must be at most 500."],
    [["calls", "list", "--arm", "left"], "--arm must be one of stable, candidate, shadow."],
    [["calls", "show", ""], "`call` is no id of a call: those look like call_01h…"],
    [["cache", "evict", "--call", "call_x"], "--call is no id of a call: those look like call_01h…"],
    [["pause", "--key", "key_zzz", "--reason", "x"], "--key is no id of a key: those look like key_01h…"],
    [["keys", "revoke", "rw_x"], "`key` is no id of a key: those look like key_01h…"],
    [["keys", "create", "app", "--tenant", "a b"], "--tenant is no name of a tenant"],
  ])("say plainly what is wrong with %j", async (args, words) => {
    const said = await rollward(...args);
    expect(said.startsWith(`1 ${words}`)).toBe(true);
    expect(said).not.toMatch(/Invalid|pattern|`param`/);
  });

  test("end the reason of a pause with a full stop, and need none to resume", async () => {
    const stopped = async (): Promise<string> => {
      const { body } = await server.ask("POST", "/v1/chat/completions", {
        model: "bot",
        messages: [{ role: "user", content: "Hi" }],
      });
      return (body as { readonly error: { readonly message: string } }).error.message;
    };
    expect(await rollward("pause", "bot", "--reason", "promises refunds")).toMatch(/^0 /);
    expect(await stopped()).toMatch(/^Calls of the endpoint bot are stopped: promises refunds\. Whoever operates/);
    expect(await rollward("resume", "bot")).toMatch(/^0 /);
    await rollward("pause", "--everything", "--reason", "Fire!");
    expect(await stopped()).toMatch(/^All calls are stopped: Fire! Whoever operates/);
    expect(await rollward("resume", "--everything")).toMatch(/^0 /);
    expect(await rollward("pauses", "--all")).toContain("Resumed by hand.");
  });

  test("mark the reason as required exactly where it is", async () => {
    for (const command of ["promote", "hold", "resume", "abort", "rollback", "approve", "deny", "cancel"]) {
      expect(await rollward("rollout", command, "--help")).toContain("(required)");
    }
    expect(await rollward("pause", "--help")).toContain("(required)");
    expect(await rollward("resume", "--help")).not.toContain("(required)");
  });

  test("take a time back and an instant alike, and say in the help how many there may be", async () => {
    for (const command of [["calls", "list"], ["changes"]]) {
      for (const since of ["6h", "last 2 days", "2026-01-01T00:00:00Z"])
        expect(await rollward(...command, "--since", since)).toMatch(/^0 /);
      expect(await rollward(...command, "--help")).toMatch(/how many, at most \d+/);
    }
    // Nothing was called since tomorrow.
    const later = new Date(Date.now() + 86_400_000).toISOString();
    expect((await rollward("calls", "list", "--since", later)).trimEnd().split("\n")).toHaveLength(1);
    expect(await rollward("rollout", "start", "--help")).toMatch(/rollward\s+apply\s+--again/);
  });

  test("show the tenant of a key", async () => {
    await rollward("keys", "create", "app", "--tenant", "acme");
    const said = await rollward("keys", "list");
    expect(said).toMatch(/^0 id +name +environment +scopes +tenant +roles +endpoints/);
    expect(said).toMatch(/app +production +inference +acme +– +all endpoints/);
  });

  test("say what spend cannot tell yet", async () => {
    expect(await rollward("spend", "forecast")).toContain("no full day seen yet");
    expect(await rollward("spend", "why")).toContain("Nothing was spent in either time.");
  });

  test("say that a directory is none of its files, and which one was perhaps meant", async () => {
    const main = writeProject(project(0.1));
    expect(await rollward("apply", dirname(main))).toBe(
      `1 ${dirname(main)} is a directory.\nName the project's main file in it: ${main}\n`,
    );
    expect(await rollward("apply", dirname(dirname(main)))).toContain("there is no rollward.yaml in it");
    expect(await rollward("apply", `${main}x`)).toContain("cannot be read");
  });

  test("list rollouts a line each, and call a return a return", async () => {
    await rollward("apply", writeProject(project(0.2)));
    await expect.poll(() => rollward("rollout", "promote", "bot", "--reason", "Good.")).toMatch(/^0 /);
    await expect.poll(() => rollward("rollout", "list"), { timeout: 60_000 }).toContain("completed");
    expect(await rollward("rollback", "bot")).toContain("bot is served by bot@1");
    await expect
      .poll(() => rollward("rollout", "watch", "bot", "--once"), { timeout: 60_000 })
      .toContain('Returned to bot@1 by ROLLWARD_ADMIN_KEY ("Rolled back by hand.").');
    expect(await rollward("rollout", "show", "bot")).toBe(
      (await rollward("rollout", "watch", "bot", "--once")).replace(/\n\n$/, "\n"),
    );
    expect(await rollward("rollout", "list", "--drills")).toBe("0 There are no rollouts.\n");
    const lines = (await rollward("rollout", "list")).trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^0 rollout +endpoint +from → to +state +weight +started +outcome$/);
    expect(lines[1]).toMatch(/^rol_\w+ +bot +bot@2 → bot@1 +completed +100 % +2\S+ +returned$/);
  });
});

describe("what cannot be meant is refused in words", () => {
  test.each([
    ["--expires", "2020-01-01T00:00:00Z"],
    ["--scope", "everything"],
  ])("a key with %s %s names the option", async (option, value) => {
    const told = await rollward("keys", "create", "ci", option, value);
    expect(told).toMatch(/^1 /);
    expect(told).toContain(option);
  });

  test("a key that has expired already is not made", async () => {
    expect(await rollward("keys", "create", "late", "--expires", "2020-01-01T00:00:00Z")).toBe(
      "1 --expires lies in the past: nobody could use the key.\n",
    );
    expect(await rollward("keys", "list")).not.toContain("late");
  });

  test.each(["localhost:4400", "127.0.0.1:4400", "ftp://localhost"])(
    "an address %s says how to write one",
    async (url) => {
      expect(await rollward("--url", url, "status")).toBe(
        `1 ${url} is no address of a server.\nWrite it like http://127.0.0.1:4400, in ROLLWARD_URL or after --url.\n`,
      );
    },
  );

  test("an unknown option of a start names the one that was probably meant", () => {
    expect(() => readOptions(["--confg", "x.yaml"], {})).toThrow(
      "There is no option --confg; did you mean --config? See `npm start -- --help`.",
    );
    expect(() => readOptions(["--qqqqqqqq=1"], {})).toThrow(
      "There is no option --qqqqqqqq. See `npm start -- --help`.",
    );
  });
});
