import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { askResults, startResultServer } from "../fixtures/result-stage.ts";
import type { ResultReply } from "../fixtures/result-stage.ts";
import { ADMIN_KEY } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let server: RunningServer;
/** Keys of two tenants, two of the first. */
let keys: { readonly north: string; readonly northToo: string; readonly south: string };

let orders = 0;
/** Arguments that nobody has asked for before. */
const freshOrder = (): { readonly id: string } => ({ id: `ord-${(orders += 1)}` });

beforeAll(async () => {
  server = await startResultServer({ tool: "shared: tenant, max_entry_bytes: 1KiB, wait: 5s, audit: 0.1%" });
  const made = async (name: string, tenant: string): Promise<string> => {
    const { body } = await server.ask("POST", "/api/keys", { name, scopes: ["inference"], tenant });
    return (body as { readonly secret: string }).secret;
  };
  keys = {
    north: await made("one", "north"),
    northToo: await made("two", "north"),
    south: await made("three", "south"),
  };
});

afterAll(() => server.stop());

const lookUp = (args: unknown, more: object = {}, key = keys.north): Promise<ResultReply> =>
  askResults(server, {
    key,
    path: "/v1/tool-results/lookup",
    body: { endpoint: "support-bot", tool: "lookup_order", arguments: args, ...more },
  });

const bring = (claim: unknown, rest: object, key = keys.north): Promise<ResultReply> =>
  askResults(server, { key, method: "PUT", path: "/v1/tool-results", body: { claim, ...rest } });

/** Looks up, runs and brings. */
async function keep(args: unknown, result: unknown, more: object = {}): Promise<ResultReply> {
  const { body } = await lookUp(args, more);
  expect(body).toMatchObject({ status: "miss" });
  return bring(body["claim"], { result });
}

describe("results of tools", () => {
  test("the first lookup is told to run, and what it brings is given to the next, byte for byte", async () => {
    const args = freshOrder();
    const first = await lookUp(args);
    expect(first.body).toEqual({ status: "miss", reason: "absent", claim: expect.stringMatching(/^clm_/) as string });
    const result = '{ "total": 12345678901234567890,  "items": [1.0, "ä\\u0000"] }';
    const brought = await askResults(server, {
      key: keys.north,
      method: "PUT",
      path: "/v1/tool-results",
      body: `{"claim":${JSON.stringify(first.body["claim"])},"result":${result}}`,
    });
    expect(brought.body).toEqual({ kept: "stored", audit: null });
    const second = await lookUp(args);
    expect(second.body).toMatchObject({ status: "hit", entry: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    expect(second.body["age_ms"]).toBeGreaterThanOrEqual(0);
    expect(second.text.endsWith(`"result":${result}}`)).toBe(true);
  });

  test("the same arguments in another order are the same question, and by an alias too", async () => {
    const { id } = freshOrder();
    await keep({ id, deep: { a: 1, b: 2 } }, "one");
    expect((await lookUp({ deep: { b: 2, a: 1 }, id })).body).toMatchObject({ status: "hit", result: "one" });
    expect((await lookUp({ id, deep: { a: 1, b: 2 } }, { endpoint: "helper" })).body).toMatchObject({ status: "hit" });
  });

  test("arguments as the string that the model's answer holds are the same question as the object", async () => {
    const args = freshOrder();
    await keep(` {"id": "${args.id}", "deep": {"b": 2, "a": 1}}`, "one");
    expect((await lookUp({ deep: { a: 1, b: 2 }, ...args })).body).toMatchObject({ status: "hit", result: "one" });
  });

  test("arguments that differ beyond a double are two questions", async () => {
    const { id } = freshOrder();
    const body = (digits: string): string =>
      `{"endpoint":"support-bot","tool":"lookup_order","arguments":{"id":"${id}","number":${digits}}}`;
    const ask = (digits: string) =>
      askResults(server, { key: keys.north, path: "/v1/tool-results/lookup", body: body(digits) });
    await bring((await ask("12345678901234567890")).body["claim"], { result: 1 });
    expect((await ask("12345678901234567891")).body).toMatchObject({ status: "miss" });
    expect((await ask("12345678901234567890")).body).toMatchObject({ status: "hit" });
  });

  test("the keys of a tenant share, another tenant and another endpoint never", async () => {
    const args = freshOrder();
    await keep(args, "of the north");
    expect((await lookUp(args, {}, keys.northToo)).body).toMatchObject({ status: "hit", result: "of the north" });
    expect((await lookUp(args, {}, keys.south)).body).toMatchObject({ status: "miss", reason: "absent" });
    expect((await lookUp(args, { endpoint: "sales-bot" })).body).toMatchObject({ status: "miss", reason: "absent" });
    expect((await lookUp(args, {}, ADMIN_KEY)).body).toMatchObject({ status: "miss", reason: "absent" });
  });

  test("another key cannot bring a result for a claim, nor use it up", async () => {
    const args = freshOrder();
    const { body } = await lookUp(args);
    expect((await bring(body["claim"], { result: "poison" }, keys.south)).body).toMatchObject({ kept: "lapsed" });
    expect((await bring(body["claim"], { result: "good" })).body).toMatchObject({ kept: "stored" });
    expect((await lookUp(args)).body).toMatchObject({ status: "hit", result: "good" });
  });

  test.each([
    [{ is_error: true }, "error"],
    [{ result: "half", is_error: true }, "error"],
    [{ result: { isError: true, content: [] } }, "error"],
    [{ result: { resultType: "input_required" } }, "unfinished"],
    [{ result: "x".repeat(2_000) }, "too-large"],
  ])("%j is not kept: %s", async (rest, kept) => {
    const args = freshOrder();
    const { body } = await lookUp(args);
    expect((await bring(body["claim"], rest)).body).toEqual({ kept, audit: null });
    expect((await lookUp(args)).body).toMatchObject({ status: "miss" });
  });

  test("a claim is good for one result", async () => {
    const { body } = await lookUp(freshOrder());
    expect((await bring(body["claim"], { result: 1 })).body).toMatchObject({ kept: "stored" });
    expect((await bring(body["claim"], { result: 2 })).body).toMatchObject({ kept: "lapsed" });
  });

  test("who wants a younger result runs, and what it brings takes the place of the older one", async () => {
    const args = freshOrder();
    await keep(args, "old");
    expect((await lookUp(args, { max_age_ms: 600_000 })).body).toMatchObject({ status: "hit" });
    const { body } = await lookUp(args, { max_age_ms: 0 });
    expect(body).toMatchObject({ status: "miss", reason: "age" });
    await bring(body["claim"], { result: "new" });
    expect((await lookUp(args)).body).toMatchObject({ status: "hit", result: "new" });
  });

  test("who takes no kept result runs in any case, also beside a run that is under way", async () => {
    const args = freshOrder();
    expect((await lookUp(args)).body).toMatchObject({ status: "miss", reason: "absent" });
    const { body } = await lookUp(args, { max_age_ms: 0 });
    expect(body).toMatchObject({ status: "miss", reason: "absent" });
    expect((await bring(body["claim"], { result: "mine" })).body).toMatchObject({ kept: "stored" });
    expect((await lookUp(args, { max_age_ms: 0 })).body).toMatchObject({ status: "miss", reason: "age" });
  });

  test("an application forgets what it has changed itself", async () => {
    const args = freshOrder();
    await keep(args, "before");
    const forget = (key: string) =>
      askResults(server, {
        key,
        path: "/v1/tool-results/forget",
        body: { endpoint: "support-bot", tool: "lookup_order", arguments: args },
      });
    expect((await forget(keys.south)).body).toEqual({ forgotten: false });
    expect((await forget(keys.northToo)).body).toEqual({ forgotten: true });
    expect((await lookUp(args)).body).toMatchObject({ status: "miss" });
  });

  test("a release that serves may be named, and one that does not only makes a miss", async () => {
    const args = freshOrder();
    await keep(args, "of the first", { release: "support-bot@1" });
    expect((await lookUp(args)).body).toMatchObject({ status: "hit" });
    expect((await lookUp(args, { release: "support-bot@9" })).body).toEqual({
      status: "miss",
      reason: "release",
      claim: null,
    });
  });
});

describe("identical lookups at the same time", () => {
  test("one runs, and all others have its result", async () => {
    const args = freshOrder();
    const all = Array.from({ length: 50 }, () => lookUp(args));
    const first = await Promise.race(all);
    expect(first.body).toMatchObject({ status: "miss", reason: "absent" });
    await bring(first.body["claim"], { result: "once" });
    const statuses = (await Promise.all(all)).map(({ body }) => body["status"]);
    expect(statuses.filter((status) => status === "miss").length).toBe(1);
    expect(statuses.filter((status) => status === "hit").length).toBe(49);
  });

  test("when the run fails the next one runs, and when the client that waits leaves nobody waits for it", async () => {
    const args = freshOrder();
    const { body } = await lookUp(args);
    const leaving = new AbortController();
    const left = askResults(server, {
      key: keys.north,
      path: "/v1/tool-results/lookup",
      body: { endpoint: "support-bot", tool: "lookup_order", arguments: args },
      signal: leaving.signal,
    }).catch(() => "left");
    const { lines } = server.server.house.gateway.results;
    await expect.poll(() => lines.size).toBe(1);
    leaving.abort();
    expect(await left).toBe("left");
    await expect.poll(() => lines.size).toBe(0);
    const next = lookUp(args);
    await expect.poll(() => lines.size).toBe(1);
    await bring(body["claim"], { is_error: true });
    expect((await next).body).toMatchObject({ status: "miss", reason: "absent" });
  });
});

describe("what is refused", () => {
  test.each([
    ["a tool that changes something", { tool: "cancel_order" }, "400 results_not_kept"],
    ["a tool that is not declared", { tool: "guess" }, "400 results_not_kept"],
    ["an endpoint that does not exist", { endpoint: "nobody" }, "404 endpoint_not_found"],
    ["arguments that are no object", { arguments: [1] }, "400 invalid_request"],
    ["arguments that are no JSON", { arguments: "{'id': 1}" }, "400 invalid_request"],
    ["arguments with a name twice", { arguments: '{"id":1,"id":2}' }, "400 invalid_request"],
    ["a member that nobody knows", { colour: "red" }, "400 invalid_request"],
    ["a name that is none", { tool: "a b" }, "400 invalid_request"],
  ])("%s", async (_, more, told) => {
    const reply = await lookUp(freshOrder(), more);
    const { code } = reply.body["error"] as { readonly code: string };
    expect(`${reply.status} ${code}`).toBe(told);
  });

  test("a claim that is none, and a result that is missing", async () => {
    expect((await bring("clm_guess", { result: 1 })).status).toBe(400);
    const { body } = await lookUp(freshOrder());
    expect((await bring(body["claim"], {})).body["error"]).toMatchObject({ code: "invalid_request", param: "result" });
  });

  test("a key that may not call the endpoint", async () => {
    const { body } = await server.ask("POST", "/api/keys", {
      name: "narrow",
      scopes: ["inference"],
      endpoints: ["sales-bot"],
    });
    const { secret: key } = body as { readonly secret: string };
    expect((await lookUp(freshOrder(), {}, key)).status).toBe(403);
    expect((await lookUp(freshOrder(), { endpoint: "sales-bot" }, key)).status).toBe(200);
  });
});

describe("an entry that somebody else wrote", () => {
  test("is removed, counted and not given", async () => {
    const args = freshOrder();
    await keep(args, "good");
    const { body } = await lookUp(args);
    const { cache } = server.server.house.gateway.results;
    const place = { endpoint: "support-bot:tool.lookup_order", key: String(body["entry"]) };
    await cache.store(place, '{"format":"rollward.result/1"}\n"poison"', 60_000);
    expect((await lookUp(args)).body).toMatchObject({ status: "miss" });
    const shown = await server.ask("GET", "/api/tool-results");
    const rows = (shown.body as { readonly data: readonly Record<string, unknown>[] }).data;
    expect(rows.find(({ endpoint }) => endpoint === "support-bot")).toMatchObject({ poisoned: 1 });
  });
});

describe("passages", () => {
  const question = { endpoint: "support-bot", source: "handbook", query: "returns", index_version: "2026-11-01" };
  const retrieve = (more: object = {}, key = keys.north): Promise<ResultReply> =>
    askResults(server, { key, path: "/v1/passages/lookup", body: { ...question, ...more } });

  test("are kept by source, query, filters and version of the index, and shared as declared", async () => {
    const { body } = await retrieve();
    const passages = [{ id: "p1", text: "Within 30 days." }];
    const brought = await askResults(server, {
      key: keys.north,
      method: "PUT",
      path: "/v1/passages",
      body: { claim: body["claim"], passages },
    });
    expect(brought.body).toMatchObject({ kept: "stored" });
    expect((await retrieve({}, keys.south)).body).toMatchObject({ status: "hit", passages });
    for (const other of [{ query: "refunds" }, { filters: { lang: "de" } }, { index_version: "2026-11-02" }]) {
      expect((await retrieve(other)).body).toMatchObject({ status: "miss" });
    }
    expect((await retrieve({ source: "elsewhere" })).body["error"]).toMatchObject({ code: "results_not_kept" });
  });

  test("a claim of a tool brings no passages", async () => {
    const { body } = await lookUp(freshOrder());
    const brought = await askResults(server, {
      key: keys.north,
      method: "PUT",
      path: "/v1/passages",
      body: { claim: body["claim"], passages: [] },
    });
    expect(brought.body["error"]).toMatchObject({ code: "invalid_request" });
  });
});

describe("on the command line", () => {
  const run = async (...args: readonly string[]): Promise<string> => {
    let text = "";
    const environment = { ROLLWARD_API_KEY: ADMIN_KEY, ROLLWARD_URL: server.url };
    expect(await runCli(args, environment, (more) => (text += more))).toBe(0);
    return text;
  };

  test("results are shown, evicted one by one, and purged with what is on its way", async () => {
    const [kept, other, running] = [freshOrder(), freshOrder(), freshOrder()];
    await keep(kept, 1);
    await keep(other, 2);
    const onItsWay = (await lookUp(running)).body["claim"];
    const entry = String((await lookUp(kept)).body["entry"]);
    expect(await run("cache", "show")).toContain("tool lookup_order");
    expect(await run("results", "evict", "support-bot", "--tool", "lookup_order", "--entry", entry)).toContain(
      "forgotten",
    );
    expect((await lookUp(kept)).body).toMatchObject({ status: "miss" });
    expect((await lookUp(other)).body).toMatchObject({ status: "hit" });
    expect(await run("results", "purge", "support-bot", "--tool", "lookup_order")).toMatch(/^[1-9]\d* entries/);
    expect((await lookUp(other)).body).toMatchObject({ status: "miss" });
    expect((await bring(onItsWay, { result: "too late" })).body).toMatchObject({ kept: "lapsed" });
    expect((await lookUp(running)).body).toMatchObject({ status: "miss", reason: "absent" });
  });

  test("one that names no source, or a source twice, is told of the flags", async () => {
    let text = "";
    const environment = { ROLLWARD_API_KEY: ADMIN_KEY, ROLLWARD_URL: server.url };
    expect(await runCli(["results", "open", "support-bot"], environment, (more) => (text += more))).toBe(1);
    expect(text).toContain("Name either a --tool or a --source.");
  });

  test("one entry is one entry", async () => {
    await run("results", "purge", "support-bot");
    await keep(freshOrder(), 1);
    expect(await run("results", "purge", "support-bot", "--tool", "lookup_order")).toBe(
      "1 entry of support-bot is forgotten.\n",
    );
  });
});

describe("the function in docs/tool-results.md", () => {
  type RunOnce = (
    server: { readonly url: string; readonly key: string },
    question: object,
    run: (args: unknown) => Promise<unknown>,
  ) => Promise<unknown>;

  const shown = async (): Promise<RunOnce> => {
    const docs = readFileSync(new URL("../../docs/tool-results.md", import.meta.url), "utf8");
    const [, code = ""] = /```js\n([^]*?)```/.exec(docs) ?? [];
    const address = `data:text/javascript,${encodeURIComponent(code)}`;
    return ((await import(address)) as { readonly runOnce: RunOnce }).runOnce;
  };

  test("runs a tool once for many, passes its failures on, and runs it also when Rollward is away", async () => {
    const runOnce = await shown();
    const question = { endpoint: "support-bot", tool: "lookup_order", arguments: freshOrder() };
    const here = { url: server.url, key: keys.north };
    let runs = 0;
    const run = (): Promise<unknown> => Promise.resolve({ runs: (runs += 1) });
    const failing = runOnce(here, question, () => Promise.reject(new Error("The shop is closed.")));
    await expect(failing).rejects.toThrow("The shop is closed.");
    const all = await Promise.all(Array.from({ length: 10 }, () => runOnce(here, question, run)));
    expect(all).toEqual(all.map(() => ({ runs: 1 })));
    expect(await runOnce({ ...here, url: "http://127.0.0.1:1" }, question, run)).toEqual({ runs: 2 });
    expect(await runOnce(here, { ...question, tool: "cancel_order" }, run)).toEqual({ runs: 3 });
  });
});
