import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import { startTwoEnvironments } from "../fixtures/two-environments.ts";
import type { TwoEnvironments, TwoEnvironmentsTerms } from "../fixtures/two-environments.ts";

let world: TwoEnvironments;

afterEach(() => world.stop());

async function start(terms: TwoEnvironmentsTerms = {}): Promise<void> {
  world = await startTwoEnvironments(terms);
}

const asked = (): readonly number[] => [world.upstreams.production.asked.length, world.upstreams.staging.asked.length];

describe("a server with two environments", () => {
  test("takes every call to the provider of its key's environment, under the same name of endpoint and model", async () => {
    await start();
    expect((await world.call(world.keys.production)).status).toBe(200);
    expect(asked()).toEqual([1, 0]);
    expect((await world.call(world.keys.staging)).status).toBe(200);
    expect((await world.call(world.keys.staging, { model: "up/m-2026-01-01" })).status).toBe(200);
    expect(asked()).toEqual([1, 2]);
    const calls = await world.ask(ADMIN_KEY, ["GET", "/api/calls?environment=staging&limit=10"]);
    await expect
      .poll(async () => (await world.ask(ADMIN_KEY, ["GET", "/api/calls?environment=staging&limit=10"])).body)
      .toMatchObject({ data: [{ environment: "staging" }, { environment: "staging" }] });
    expect(calls.status).toBe(200);
    const own = (await world.ask(ADMIN_KEY, ["GET", "/api/calls?limit=10"])).body as {
      data: { environment: string }[];
    };
    expect(own.data.map(({ environment }) => environment)).toEqual(["production"]);
  });

  test("lists models, endpoints and releases of one environment, with the same digest in both", async () => {
    await start();
    const endpoints = async (query: string) =>
      ((await world.ask(ADMIN_KEY, ["GET", `/api/endpoints${query}`])).body as EndpointList).data;
    const [[own], [staged]] = [await endpoints(""), await endpoints("?environment=staging")];
    expect(own).toMatchObject({ environment: "production", stable: { name: "bot@1" } });
    expect(staged).toMatchObject({ environment: "staging", stable: { name: "bot@1", digest: own?.stable.digest } });
    const models = await world.ask(world.keys.staging, ["GET", "/v1/models"]);
    expect(models.body).toMatchObject({ data: [{ id: "bot" }, { id: "up/m-2026-01-01" }] });
  });

  test("is administered by keys of its own environment, and in one other by keys of that alone", async () => {
    await start();
    const { stagingAdmin } = world.keys;
    expect((await world.ask(stagingAdmin, ["GET", "/api/endpoints"])).body).toMatchObject({
      data: [{ environment: "staging" }],
    });
    expect((await world.ask(stagingAdmin, ["GET", "/api/endpoints?environment=production"])).status).toBe(403);
    expect((await world.ask(stagingAdmin, ["GET", "/api/health"])).status).toBe(403);
    const { call } = await world.call(world.keys.production);
    await expect.poll(async () => (await world.ask(ADMIN_KEY, ["GET", `/api/calls/${call}`])).status).toBe(200);
    expect((await world.ask(stagingAdmin, ["GET", `/api/calls/${call}`])).status).toBe(404);
    const keys = (await world.ask(stagingAdmin, ["GET", "/api/keys"])).body as { data: { environment: string }[] };
    expect(keys.data.map(({ environment }) => environment)).toEqual(["staging", "staging"]);
    const made = await world.ask(stagingAdmin, ["POST", "/api/keys"], { name: "more", scopes: ["admin"] });
    expect(made.body).toMatchObject({ key: { environment: "staging" } });
    const away = await world.ask(stagingAdmin, ["POST", "/api/keys?environment=production"], { name: "out" });
    expect(away.status).toBe(403);
    expect((await world.ask(ADMIN_KEY, ["GET", "/api/endpoints?environment=stagign"])).body).toMatchObject({
      error: { code: "environment_not_found", help: expect.stringContaining("production, staging") as unknown },
    });
  });

  test("rolls a new release out in one of them and leaves the other where it is", async () => {
    await start();
    const answer = await world.apply(
      { endpoint: "    parameters: { temperature: 0.5 }\n    rollout: { strategy: canary, steps: [50%, 100%] }" },
      "staging",
    );
    expect(answer.endpoints).toMatchObject([{ release: "bot@2", outcome: "rollout" }]);
    const open = async (query: string) =>
      ((await world.ask(ADMIN_KEY, ["GET", `/api/rollouts?open=true${query}`])).body as { data: unknown[] }).data;
    expect(await open("&environment=staging")).toMatchObject([{ candidate: "bot@2", environment: "staging" }]);
    expect(await open("")).toEqual([]);
    const rollouts = (await open("&environment=staging")) as { id: string }[];
    const id = rollouts[0]?.id ?? "";
    await expect
      .poll(async () => (await world.ask(ADMIN_KEY, ["GET", `/api/rollouts/${id}`])).body)
      .toMatchObject({ weight: 0.5 });
    const served = new Set<string | null>();
    for (let index = 0; index < 20; index += 1) {
      served.add((await world.call(world.keys.staging, {}, { "x-rollward-session": `s${index}` })).release);
      expect((await world.call(world.keys.production, {}, { "x-rollward-session": `s${index}` })).release).toBe(
        "bot@1",
      );
    }
    expect(served).toEqual(new Set(["bot@1", "bot@2"]));
    const back = { reason: "The test says so." };
    const other = await world.ask(ADMIN_KEY, ["POST", "/api/endpoints/bot/rollback"], back);
    expect(other.body).toMatchObject({ error: { code: "rollout_conflict" } });
    const path = "/api/endpoints/bot/rollback?environment=staging";
    expect((await world.ask(ADMIN_KEY, ["POST", path], back)).body).toMatchObject({ stable: "bot@1" });
  });

  test("counts limits and money of each by itself, though their rules have the same name", async () => {
    await start({
      everywhere: `limits: { rates: { few: { per: environment, requests: 2/h, burst: 2 } } }
budgets: { small: { per: environment, window: total, amount: 1000 } }`,
    });
    const { production, staging } = world.keys;
    const codes = async (key: string): Promise<readonly number[]> => {
      const seen: number[] = [];
      for (let turn = 0; turn < 3; turn += 1) seen.push((await world.call(key)).status);
      return seen;
    };
    expect(await codes(staging)).toEqual([200, 200, 429]);
    expect(await codes(production)).toEqual([200, 200, 429]);
    const spent = async (query: string) =>
      ((await world.ask(ADMIN_KEY, ["GET", `/api/budgets${query}`])).body as { data: { spent_pico: string }[] })
        .data[0];
    await expect.poll(async () => (await spent("?environment=staging"))?.spent_pico).toBe("36000000000");
    await expect.poll(async () => (await spent(""))?.spent_pico).toBe("36000000000");
    await expect
      .poll(async () => (await world.ask(ADMIN_KEY, ["GET", "/api/spend?environment=staging&by=endpoint"])).body)
      .toMatchObject({ data: [{ endpoint: "bot", calls: 2 }] });
  });

  test("keeps answers, purges and pauses of each by itself", async () => {
    await start({ endpoint: "    parameters: { temperature: 0 }\n    cache: { ttl: 1h, shared: endpoint }" });
    const { production, staging } = world.keys;
    expect([(await world.call(production)).text, (await world.call(production)).text]).toHaveLength(2);
    expect(asked()).toEqual([1, 0]);
    await world.call(staging);
    await world.call(staging);
    expect(asked()).toEqual([1, 1]);
    const purged = await world.ask(ADMIN_KEY, ["DELETE", "/api/endpoints/bot/cache?environment=staging"]);
    expect(purged.body).toEqual({ purged: 1 });
    await world.call(production);
    await world.call(staging);
    expect(asked()).toEqual([1, 2]);
    const stop = { subject: { type: "everything" }, reason: "An exercise." };
    expect((await world.ask(ADMIN_KEY, ["POST", "/api/pauses?environment=staging"], stop)).status).toBe(200);
    expect((await world.call(staging)).text).toContain("An exercise.");
    expect((await world.call(production)).status).toBe(200);
    expect((await world.ask(ADMIN_KEY, ["GET", "/api/pauses"])).body).toEqual({ data: [] });
    const paused = (await world.ask(ADMIN_KEY, ["GET", "/api/pauses?environment=staging"])).body;
    const { id } = (paused as { data: { id: string }[] }).data[0] ?? { id: "" };
    const lift = { reason: "It is over." };
    expect((await world.ask(ADMIN_KEY, ["POST", `/api/pauses/${id}/lift`], lift)).status).toBe(404);
    expect((await world.ask(ADMIN_KEY, ["POST", `/api/pauses/${id}/lift?environment=staging`], lift)).status).toBe(200);
    expect((await world.call(staging)).status).toBe(200);
  });

  test("shares between them what no call can change for another environment, and nothing else", async () => {
    await start();
    const [own, other] = world.server.server.house.gateway.environments.all();
    if (own === undefined || other === undefined) throw new Error("There are two.");
    const common = Object.keys(own).filter((name) => own[name as keyof typeof own] === other[name as keyof typeof own]);
    expect(common.toSorted()).toEqual(COMMON);
  });

  test("is the same on every server of a database, a moment after it was applied on one", async () => {
    const database = await createFreshDatabase();
    // Only where there is a server: `.ci/run` starts one and names it.
    world = await startTwoEnvironments(database === null ? {} : { database });
    if (database === null) return;
    const second = await startServer({ "rollward.yaml": readFileSync(world.server.config, "utf8") }, { database });
    try {
      const ask = async (key: string): Promise<number> => {
        const response = await fetch(`${second.url}/v1/chat/completions`, {
          method: "POST",
          headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
          body: JSON.stringify({ model: "bot", messages: [{ role: "user", content: "Hello" }] }),
        });
        await response.arrayBuffer();
        return response.status;
      };
      expect(await ask(world.keys.staging)).toBe(200);
      expect(asked()).toEqual([0, 1]);
      await world.apply({ staging: "    aliases: { gpt-test: bot }" }, "staging");
      const models = async (): Promise<unknown> => {
        const headers = { authorization: `Bearer ${world.keys.staging}` };
        return (await fetch(`${second.url}/v1/models`, { headers })).json();
      };
      await expect.poll(models, { timeout: 60_000 }).toMatchObject({ data: [{}, {}, { id: "gpt-test" }] });
      const stop = { subject: { type: "everything" }, reason: "An exercise." };
      await world.ask(ADMIN_KEY, ["POST", "/api/pauses?environment=staging"], stop);
      await expect.poll(() => ask(world.keys.staging), { timeout: 60_000 }).toBe(503);
      expect(await ask(world.keys.production)).toBe(200);
    } finally {
      await second.stop();
    }
  });

  test("serves its own environment also where it cannot serve another one, and takes over what is applied there", async () => {
    const database = await createFreshDatabase();
    const staging =
      "      spare: { kind: openai, key_env: SPARE_KEY, models: { s-2026-01-01: { price: { input: 1, output: 1 } } } }";
    const terms = { staging, environment: { SPARE_KEY: "sk-spare" } };
    world = await startTwoEnvironments(database === null ? terms : { ...terms, database });
    // Only where there is a server: `.ci/run` starts one and names it.
    if (database === null) return;
    const second = await startServer({ "rollward.yaml": readFileSync(world.server.config, "utf8") }, { database });
    try {
      const ask = async (key: string): Promise<readonly string[]> => {
        const answer = await fetch(`${second.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
        return ((await answer.json()) as { data: { id: string }[] }).data.map(({ id }) => id);
      };
      const call = await fetch(`${second.url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${world.keys.staging}`, "content-type": "application/json" },
        body: JSON.stringify({ model: "bot", messages: [{ role: "user", content: "Hello" }] }),
      });
      expect(call.status).toBe(503);
      expect(await call.json()).toMatchObject({ error: { code: "environment_unserved" } });
      expect(await ask(world.keys.production)).toEqual(["bot", "up/m-2026-01-01"]);
      await world.apply({ ...terms, everywhere: "aliases: { gpt-own: bot }" });
      await expect.poll(() => ask(world.keys.production), { timeout: 60_000 }).toContain("gpt-own");
    } finally {
      await second.stop();
    }
  });

  test("has another own one where it was started in that, with keys and a project that name none", async () => {
    await start();
    const files = { "rollward.yaml": readFileSync(world.server.config, "utf8") };
    const staging = await startServer(files, { servedIn: "staging" });
    try {
      const { secret } = (await staging.ask("POST", "/api/keys", { name: "tests" })).body as {
        readonly secret: string;
      };
      const headers = { authorization: `Bearer ${secret}`, "content-type": "application/json" };
      const body = JSON.stringify({ model: "bot", messages: [{ role: "user", content: "Hello" }] });
      const response = await fetch(`${staging.url}/v1/chat/completions`, { method: "POST", headers, body });
      expect(response.status).toBe(200);
      expect(asked()).toEqual([0, 1]);
      expect((await staging.ask("GET", "/api/environments")).body).toMatchObject({
        data: [{ environment: "staging", own: true, endpoints: ["bot"] }],
      });
    } finally {
      await staging.stop();
    }
  });

  test("opens no environment for whoever only asks about one", async () => {
    await start();
    const { house } = world.server.server;
    const text = readFileSync(world.server.config, "utf8").replace("  staging:", "  nowhere: {}\n  staging:");
    const files = { main: "rollward.yaml", files: { "rollward.yaml": text } };
    const dry = await world.ask(ADMIN_KEY, ["POST", "/api/apply?environment=nowhere"], { ...files, dry_run: true });
    expect(dry).toMatchObject({ status: 200, body: { environment: "nowhere", applied: false, mistakes: [] } });
    const wrong = await world.ask(ADMIN_KEY, ["POST", "/api/apply?environment=elsewhere"], { ...files, dry_run: true });
    expect(wrong.body).toMatchObject({ mistakes: [{ message: 'this project has no environment "elsewhere"' }] });
    const moved = { main: "rollward.yaml", files: { "rollward.yaml": text.replace("production", "elsewhere") } };
    expect((await world.ask(ADMIN_KEY, ["POST", "/api/drift"], moved)).status).toBe(200);
    expect(house.environments.known("nowhere")).toBeUndefined();
    expect(house.environments.known("elsewhere")).toBeUndefined();
  });

  test("has no endpoint for a key of an environment in which nothing was applied", async () => {
    await start();
    const { keys } = world.server.server.house.stores;
    const known = (await keys.list()).find(({ name }) => name === "application");
    if (known === undefined) throw new Error("The key was made.");
    const stray = { ...known, id: `${known.id.slice(0, -4)}ZZZZ`, environment: "nowhere" };
    await keys.create(stray);
    const { gateway } = world.server.server.house;
    gateway.keys.replace(await keys.list());
    const own = gateway.environments.forKey(stray);
    expect(own.routes.all()).toEqual([]);
    expect(own.settings().providers.size).toBe(0);
    expect(gateway.environments.named("nowhere")).toBeUndefined();
  });
});

const VALKEY = process.env["ROLLWARD_TEST_VALKEY_URL"];

// Only where there is a server: `.ci/run` starts one and names it.
describe.runIf(VALKEY !== undefined)("two environments on one Valkey", () => {
  test("share no limit, no answer and no result there", async () => {
    const rule = `few-${process.pid}`;
    await start({
      ...(VALKEY !== undefined && { valkeyUrl: VALKEY, valkeyLimitMs: 2_000 }),
      endpoint: `    parameters: { temperature: 0, max_tokens: ${process.pid} }\n    cache: { ttl: 1m, shared: endpoint }`,
      everywhere: `limits: { rates: { ${rule}: { per: environment, requests: 2/h, burst: 2 } } }
retrieval: { handbook: { cache: { ttl: 1m, shared: endpoint } } }`,
    });
    const { production, staging } = world.keys;
    const seen = async (key: string): Promise<readonly number[]> => {
      const statuses: number[] = [];
      for (let turn = 0; turn < 3; turn += 1) statuses.push((await world.call(key)).status);
      return statuses;
    };
    expect(await seen(staging)).toEqual([200, 200, 429]);
    expect(asked()).toEqual([0, 1]);
    expect(await seen(production)).toEqual([200, 200, 429]);
    expect(asked()).toEqual([1, 1]);
    const question = { endpoint: "bot", source: "handbook", query: `q${process.pid}`, index_version: "1" };
    const looked = async (key: string) =>
      (await world.ask(key, ["POST", "/v1/passages/lookup"], question)).body as {
        status: string;
        claim: string | null;
      };
    const first = await looked(staging);
    expect(first.status).toBe("miss");
    await world.ask(staging, ["PUT", "/v1/passages"], { claim: first.claim, passages: ["staged"] });
    expect((await looked(staging)).status).toBe("hit");
    expect((await looked(production)).status).toBe("miss");
    const purge = ["DELETE", "/api/endpoints/bot/cache?environment=staging"] as const;
    expect((await world.ask(ADMIN_KEY, purge)).body).toEqual({ purged: 1 });
    expect((await world.ask(ADMIN_KEY, purge)).body).toEqual({ purged: 0 });
  });
});

/** What the gateways of all environments are plugged into (`copies` goes by channel); everything else of them is one's own. */
const COMMON = [
  "clock",
  "copies",
  "dialects",
  "environments",
  "ids",
  "keys",
  "observer",
  "random",
  "recorder",
  "tokens",
];

interface EndpointList {
  readonly data: readonly {
    readonly environment: string;
    readonly stable: { readonly name: string; readonly digest: string };
  }[];
}
