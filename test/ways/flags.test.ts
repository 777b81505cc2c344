import { afterEach, describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { sendProject } from "../../src/cli/send-project.ts";
import { FLAG_PROJECT, askOfrep } from "../fixtures/flag-project.ts";
import { HandClock } from "../fixtures/hand-clock.ts";
import { JumpingClock } from "../fixtures/jumping-clock.ts";
import { ADMIN_KEY, startServer, writeProject } from "../fixtures/running-server.ts";
import type { ProjectText, RunningServer, StartTerms } from "../fixtures/running-server.ts";

let running: RunningServer | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

async function start(files: ProjectText = FLAG_PROJECT, terms: StartTerms = {}): Promise<RunningServer> {
  running = await startServer(files, terms);
  return running;
}

async function cli({ url }: RunningServer, ...args: readonly string[]): Promise<{ code: number; said: string }> {
  let said = "";
  const code = await runCli(["--url", url, ...args], { ROLLWARD_API_KEY: ADMIN_KEY }, (text) => {
    said += text;
  });
  return { code, said };
}

async function keyWith(server: RunningServer, wish: object): Promise<string> {
  const made = await server.ask("POST", "/api/keys", { name: "app", ...wish });
  return (made.body as { readonly secret: string }).secret;
}

const staff = { context: { targetingKey: "ada", email: "ada@example.com" } };

describe("OFREP: one flag", () => {
  test("answers value, variant, reason, the rule and the flag's metadata", async () => {
    const server = await start();
    const flag = "support-summaries";
    expect(await askOfrep(server, { flag, body: staff })).toMatchObject({
      status: 200,
      body: {
        key: flag,
        value: true,
        variant: "on",
        reason: "TARGETING_MATCH",
        metadata: { team: "support", rule: "staff" },
      },
    });
    const guest = await askOfrep(server, { flag });
    expect(guest.body).toEqual({
      key: flag,
      value: false,
      variant: "off",
      reason: "DEFAULT",
      metadata: { team: "support" },
    });
    const half = await askOfrep(server, { flag, body: { context: { targetingKey: "user-1", plan: "pro" } } });
    expect(["DEFAULT", "SPLIT"]).toContain((half.body as { reason: string }).reason);
  });

  test("has values of every type, and says what is off and why", async () => {
    const server = await start();
    expect((await askOfrep(server, { flag: "greeting" })).body).toMatchObject({
      value: "Good morning",
      reason: "STATIC",
    });
    expect((await askOfrep(server, { flag: "seats" })).body).toMatchObject({
      value: 0.5,
      variant: "many",
      reason: "DISABLED",
      metadata: { cause: "prerequisite" },
    });
    expect((await askOfrep(server, { flag: "seats", body: staff })).body).toMatchObject({ value: 5, reason: "STATIC" });
    expect((await askOfrep(server, { flag: "layout" })).body).toMatchObject({
      value: { columns: 2, parts: ["a", "b"] },
    });
  });

  test("says what is wrong in the codes of the protocol", async () => {
    const server = await start();
    const flag = "support-summaries";
    const wrongs: readonly (readonly [object, number, string])[] = [
      [{ flag: "nothing" }, 404, "FLAG_NOT_FOUND"],
      [{ flag: "__proto__" }, 404, "FLAG_NOT_FOUND"],
      [{ flag, body: "{" }, 400, "PARSE_ERROR"],
      [{ flag, body: '{"context":{"a":1,"a":2}}' }, 400, "PARSE_ERROR"],
      [{ flag, body: '{"context":{"__proto__":{"email":"x@example.com"}}}' }, 400, "PARSE_ERROR"],
      [{ flag, body: {} }, 400, "INVALID_CONTEXT"],
      [{ flag, body: { context: [] } }, 400, "INVALID_CONTEXT"],
      [{ flag, body: { context: { targetingKey: 7 } } }, 400, "INVALID_CONTEXT"],
      [{ flag, body: { context: { plan: "pro" } } }, 400, "TARGETING_KEY_MISSING"],
      [{ flag, body: { context: { note: "x".repeat(70_000) } } }, 400, "INVALID_CONTEXT"],
    ];
    for (const [ask, status, errorCode] of wrongs) {
      const answer = await askOfrep(server, ask);
      expect(answer).toMatchObject({ status, body: { errorCode } });
      expect(answer.body).toMatchObject({ key: (ask as { flag: string }).flag });
      expect((answer.body as { errorDetails: string }).errorDetails).not.toBe("");
    }
    // A flag that needs nobody to draw for is fine without a targeting key.
    expect(await askOfrep(server, { flag: "greeting", body: { context: {} } })).toMatchObject({ status: 200 });
  });
});

describe("OFREP: all flags", () => {
  test("come with a tag, and are not sent again while nothing has changed for this context", async () => {
    const server = await start();
    const all = await askOfrep(server, { body: staff });
    expect(all.status).toBe(200);
    const { flags } = all.body as { readonly flags: readonly { readonly key: string }[] };
    expect(flags.map(({ key }) => key)).toEqual([
      "support-summaries",
      "greeting",
      "seats",
      "layout",
      "endpoint.support-bot",
    ]);
    const tag = all.headers.get("etag") ?? "";
    expect(tag).toMatch(/^"[0-9a-f]{32}"$/);
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
      expect(await askOfrep(server, { body: staff, headers: { "if-none-match": known } })).toMatchObject({
        status: 304,
        body: null,
      });
    }
    const guest = await askOfrep(server, { headers: { "if-none-match": tag } });
    expect(guest.status).toBe(200);
    await cli(server, "flags", "kill", "support-summaries", "--reason", "wrong");
    const after = await askOfrep(server, { body: staff, headers: { "if-none-match": tag } });
    expect(after.status).toBe(200);
    expect(after.headers.get("etag")).not.toBe(tag);
  });

  test("hold those that cannot be evaluated as failures of their own", async () => {
    const server = await start();
    const { status, body } = await askOfrep(server, { body: { context: { plan: "pro" } } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      flags: [
        { key: "support-summaries", errorCode: "TARGETING_KEY_MISSING" },
        { key: "greeting", value: "Good morning" },
        { key: "seats", errorCode: "TARGETING_KEY_MISSING" },
        { key: "layout" },
        { key: "endpoint.support-bot", value: "support-bot@1" },
      ],
    });
    expect(await askOfrep(server, { body: "[]" })).toMatchObject({ status: 400, body: { errorCode: "PARSE_ERROR" } });
    expect(await askOfrep(server, { body: {} })).toMatchObject({ status: 400, body: { errorCode: "INVALID_CONTEXT" } });
  });
});

describe("who may ask for flags", () => {
  test("is who has a key for it, in either header", async () => {
    const server = await start();
    const flag = "greeting";
    expect(await askOfrep(server, { flag, key: null })).toMatchObject({
      status: 401,
      body: { key: flag, errorCode: "GENERAL" },
    });
    expect((await askOfrep(server, { flag, key: "nonsense" })).status).toBe(401);
    expect((await askOfrep(server, { flag, key: await keyWith(server, { scopes: ["direct"] }) })).status).toBe(403);
    const browser = await keyWith(server, { scopes: ["flags"] });
    expect((await askOfrep(server, { flag, key: browser })).status).toBe(200);
    expect((await askOfrep(server, { flag, key: null, headers: { "x-api-key": browser } })).status).toBe(200);
    const app = await keyWith(server, { scopes: ["inference"] });
    expect((await askOfrep(server, { flag, key: app })).status).toBe(200);
  });

  test("a key for flags alone can do nothing else, and sees no endpoint", async () => {
    const server = await start();
    const browser = await keyWith(server, { scopes: ["flags"] });
    const head = { authorization: `Bearer ${browser}`, "content-type": "application/json" };
    const chat = JSON.stringify({ model: "support-bot", messages: [{ role: "user", content: "Hello" }] });
    const answer = await fetch(`${server.url}/v1/chat/completions`, { method: "POST", headers: head, body: chat });
    expect(answer.status).toBe(403);
    expect((await fetch(`${server.url}/api/flags`, { headers: head })).status).toBe(403);
    expect((await askOfrep(server, { flag: "endpoint.support-bot", key: browser })).status).toBe(404);
    const { body } = await askOfrep(server, { key: browser });
    expect((body as { flags: readonly { key: string }[] }).flags.map(({ key }) => key)).not.toContain(
      "endpoint.support-bot",
    );
  });

  test("waits when a key asks too often, as the limit says; other keys do not", async () => {
    const clock = new HandClock();
    const text = FLAG_PROJECT["rollward.yaml"] ?? "";
    const server = await start({ "rollward.yaml": `${text}limits: { evaluations: 3/m }\n` }, { clock });
    const app = await keyWith(server, { scopes: ["flags"] });
    const ask = () => askOfrep(server, { key: app });
    for (let asked = 0; asked < 3; asked += 1) expect((await ask()).status).toBe(200);
    const refused = await ask();
    expect(refused).toMatchObject({ status: 429, body: { errorCode: "GENERAL" } });
    expect(refused.headers.get("retry-after")).toBe("20");
    expect((await askOfrep(server)).status).toBe(200);
    clock.advance(20_000);
    expect((await ask()).status).toBe(200);
    expect((await ask()).status).toBe(429);
  });
});

describe("scripts of web pages", () => {
  const ORIGIN = "https://app.example.com";
  const preflight = async (server: RunningServer, origin: string, path = ""): Promise<Response> =>
    fetch(`${server.url}/ofrep/v1/evaluate/flags${path}`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization" },
    });

  test("may ask from the origins that the project names, and read the tag and every failure", async () => {
    const text = FLAG_PROJECT["rollward.yaml"] ?? "";
    const server = await start({ "rollward.yaml": `${text}flag_origins: [${ORIGIN}]\n` });
    for (const path of ["", "/greeting"]) {
      const asked = await preflight(server, ORIGIN, path);
      expect(asked.status).toBe(204);
      expect(asked.headers.get("access-control-allow-origin")).toBe(ORIGIN);
      expect(asked.headers.get("access-control-allow-headers")).toContain("authorization");
      expect(asked.headers.get("access-control-allow-credentials")).toBeNull();
    }
    const answer = await askOfrep(server, { headers: { origin: ORIGIN } });
    expect(answer.headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect(answer.headers.get("access-control-expose-headers")).toContain("etag");
    const refused = await askOfrep(server, { headers: { origin: ORIGIN }, key: null });
    expect(refused.status).toBe(401);
    expect(refused.headers.get("access-control-allow-origin")).toBe(ORIGIN);
  });

  test("may not from any other, nor where none is named", async () => {
    const server = await start();
    expect((await preflight(server, ORIGIN)).headers.get("access-control-allow-origin")).toBeNull();
    const answer = await askOfrep(server, { headers: { origin: ORIGIN } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("kill switch", () => {
  test("turns a flag off at once, tells who did it and why, and is taken back", async () => {
    const server = await start();
    const flag = "support-summaries";
    const killed = await cli(server, "flags", "kill", flag, "--reason", "it invents refunds");
    expect(killed).toMatchObject({ code: 0, said: expect.stringContaining("everybody gets off") as string });
    expect((await askOfrep(server, { flag, body: staff })).body).toMatchObject({
      value: false,
      reason: "DISABLED",
      metadata: { cause: "killed" },
    });
    await cli(server, "flags", "kill", flag, "--reason", "a second reason");
    expect((await cli(server, "flags", "list")).said).toContain("killed by");
    const shown = await cli(server, "flags", "show", flag);
    expect(shown.said).toContain("it invents refunds");
    expect(shown.said).not.toContain("a second reason");
    expect((await cli(server, "flags", "restore", flag, "--reason", "mended")).code).toBe(0);
    expect((await askOfrep(server, { flag, body: staff })).body).toMatchObject({ value: true });
    expect((await cli(server, "flags", "show", flag)).said).toContain("restored by");
    expect(await cli(server, "flags", "restore", flag)).toMatchObject({
      code: 1,
      said: expect.stringContaining("is not killed") as string,
    });
  });

  test("does not take a mistyped name for a flag", async () => {
    const server = await start();
    const missed = await cli(server, "flags", "kill", "support-sumaries", "--reason", "x");
    expect(missed).toMatchObject({ code: 1, said: expect.stringContaining("support-summaries") as string });
    expect((await cli(server, "flags", "kill", "greeting", "--reason", "x")).said).toContain("off_variant");
  });

  test("outlives a new configuration", async () => {
    const server = await start();
    await cli(server, "flags", "kill", "support-summaries", "--reason", "x");
    const again = writeProject({ "rollward.yaml": (FLAG_PROJECT["rollward.yaml"] ?? "").replace("50%", "60%") });
    const applied = await sendProject({ url: server.url, key: ADMIN_KEY }, { path: again, dryRun: false, origin: {} });
    expect(applied.applied).toBe(true);
    expect((await askOfrep(server, { flag: "support-summaries", body: staff })).body).toMatchObject({ value: false });
  });
});

describe("the flags of a project", () => {
  test("are listed with how often each variant was served, and those that have done their work", async () => {
    const clock = new JumpingClock();
    const server = await start(FLAG_PROJECT, { clock });
    const flag = "support-summaries";
    for (let asked = 0; asked < 3; asked += 1) await askOfrep(server, { flag, body: staff });
    await askOfrep(server, { flag });
    await askOfrep(server, { flag, body: { context: { plan: "pro" } } });
    await askOfrep(server, { flag: "greeting" });
    const evaluated = await cli(server, "flags", "evaluate", flag, "--set", "email=ada@example.com", "--json");
    expect(JSON.parse(evaluated.said)).toMatchObject({ variant: "on", rule: "staff" });
    await server.server.house.flagKeeper.write();
    await askOfrep(server, { flag });
    const shown = JSON.parse((await cli(server, "--json", "flags", "show", flag)).said) as {
      readonly counts: readonly { readonly variant: string; readonly evaluations: number }[];
      readonly rules_in_order: unknown;
    };
    expect(Object.fromEntries(shown.counts.map((one) => [one.variant, one.evaluations]))).toEqual({
      on: 3,
      off: 2,
      "(error)": 1,
    });
    expect(shown.rules_in_order).toMatchObject([
      { name: "staff", for: "in the segment staff", share: 1, serves: "on", in_force: true },
      { name: "half", for: 'plan is "pro"', share: 0.5 },
    ]);
    expect((await cli(server, "flags", "list", "--stale")).said).toContain("No flag can be taken out");
    clock.sleep(14 * 86_400_000);
    const stale = JSON.parse((await cli(server, "--json", "flags", "list", "--stale")).said) as readonly {
      readonly flag: string;
      readonly stale: unknown;
    }[];
    expect(stale.map((one) => [one.flag, one.stale])).toEqual([
      ["greeting", { why: "one-sided", variant: "warm" }],
      ["seats", { why: "never-evaluated", variant: null }],
      ["layout", { why: "never-evaluated", variant: null }],
    ]);
    expect((await cli(server, "flags", "list")).said).toContain("stale: always warm");
  });

  test("can be tried out for any context without being counted", async () => {
    const server = await start();
    const said = async (...args: readonly string[]): Promise<string> =>
      (await cli(server, "flags", "evaluate", ...args)).said;
    expect(await said("support-summaries", "--context", '{"email":"ada@example.com"}')).toBe(
      "support-summaries is true (on): TARGETING_MATCH, by the rule staff\n",
    );
    expect(await said("support-summaries", "--set", "plan=pro")).toContain("TARGETING_KEY_MISSING");
    expect(await said("seats", "--targeting-key", "ada")).toContain("DISABLED, a prerequisite is missing");
    expect(await said("support-summaries", "--context", "[]")).toContain("not a JSON object");
    expect(await said("support-summaries", "--set", "plan")).toContain("names no attribute");
    expect(await said("endpoint.support-bot")).toContain('endpoint.support-bot is "support-bot@1" (stable): STATIC');
    expect(await said("nothing")).toContain("There is no flag named nothing");
    expect((await cli(server, "flags", "list")).said).toMatch(/support-summaries +on its rules +2 +0 +never/);
  });

  test("can stand in files of their own, which are sent, obeyed and compared like the rest", async () => {
    const text = `${FLAG_PROJECT["rollward.yaml"]}flag_files: [flags/more.yaml]\n`;
    const filed = (variant: string): ProjectText => ({
      "rollward.yaml": text,
      "flags/more.yaml": `flags: { filed: { default: ${variant}, rules: [{ name: s, when: { segment: staff }, serve: on }] } }\n`,
    });
    const server = await start(filed("off"));
    const variantOf = async (): Promise<unknown> =>
      ((await askOfrep(server, { flag: "filed" })).body as { variant: string }).variant;
    expect(await variantOf()).toBe("off");
    const path = writeProject(filed("on"));
    const connection = { url: server.url, key: ADMIN_KEY };
    const planned = await sendProject(connection, { path, dryRun: true, origin: {} });
    expect(planned.project?.diff).toContain("flags.filed");
    expect((await sendProject(connection, { path, dryRun: false, origin: {} })).applied).toBe(true);
    expect(await variantOf()).toBe("on");
    const same = await sendProject(connection, { path, dryRun: true, origin: {} });
    expect(same.project).toEqual({ outcome: "unchanged", diff: "" });
  });

  test("that change are told when a project is applied", async () => {
    const server = await start();
    const again = writeProject({
      "rollward.yaml": (FLAG_PROJECT["rollward.yaml"] ?? "").replace("percentage: 50%", "percentage: 60%"),
    });
    const answer = await sendProject({ url: server.url, key: ADMIN_KEY }, { path: again, dryRun: true, origin: {} });
    expect(answer.project?.outcome).toBe("changed");
    expect(answer.project?.diff).toContain("flags.support-summaries");
    expect(answer.project?.diff).toContain("60%");
  });
});
