import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askResults, startResultServer } from "../fixtures/result-stage.ts";
import { ADMIN_KEY } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

/** A Valkey or Redis server; the names used there hold an environment of this test's own. */
const VALKEY_URL = process.env["ROLLWARD_TEST_VALKEY_URL"];

const REPLICAS = 3;

describe.skipIf(VALKEY_URL === undefined)("replicas on one Valkey (set ROLLWARD_TEST_VALKEY_URL to run)", () => {
  let servers: RunningServer[];
  let orders = 0;
  const freshOrder = (): string => `ord-${(orders += 1)}`;

  beforeAll(async () => {
    const environment = `test-${process.pid}-${process.hrtime.bigint()}`;
    const terms = VALKEY_URL === undefined ? {} : { valkeyUrl: VALKEY_URL, valkeyLimitMs: 5_000 };
    servers = [];
    for (let index = 0; index < REPLICAS; index += 1) {
      servers.push(await startResultServer({ environment, tool: "shared: endpoint, wait: 30s, audit: 0.1%" }, terms));
    }
  });

  afterAll(async () => {
    await servers[0]?.ask("DELETE", "/api/endpoints/support-bot/tool-results");
    await Promise.all(servers.map((server) => server.stop()));
  });

  const at = (replica: number): RunningServer => servers[replica % REPLICAS] as RunningServer;
  const lookUp = async (replica: number, id: string) =>
    (
      await askResults(at(replica), {
        key: ADMIN_KEY,
        path: "/v1/tool-results/lookup",
        body: { endpoint: "support-bot", tool: "lookup_order", arguments: { id } },
      })
    ).body;
  const bring = async (replica: number, claim: unknown, rest: object) =>
    (
      await askResults(at(replica), {
        key: ADMIN_KEY,
        method: "PUT",
        path: "/v1/tool-results",
        body: { claim, ...rest },
      })
    ).body;

  test("of 500 identical lookups at all of them one runs; what it brings to another replica all are given", async () => {
    const id = freshOrder();
    const all = Array.from({ length: 500 }, (_, index) => lookUp(index, id));
    const first = await Promise.race(all);
    expect(first).toMatchObject({ status: "miss", reason: "absent" });
    const waiting = (): number => servers.reduce((sum, { server }) => sum + server.house.gateway.results.lines.size, 0);
    await expect.poll(waiting, { timeout: 60_000 }).toBe(499);
    const ranAt = servers.findIndex(({ server }) =>
      server.house.gateway.results.tally.all().some(({ missed }) => missed["absent"] === 1),
    );
    expect(await bring(ranAt + 1, first["claim"], { result: { once: true } })).toEqual({ kept: "stored", audit: null });
    const answers = await Promise.all(all);
    expect(answers.filter(({ status }) => status === "miss").length).toBe(1);
    expect(answers.filter(({ status }) => status === "hit").length).toBe(499);
    expect(new Set(answers.map(({ result }) => JSON.stringify(result))).size).toBe(2);
  });

  test("a run that fails is told to another replica, and the next one runs there", async () => {
    const id = freshOrder();
    const { claim } = await lookUp(0, id);
    const next = lookUp(1, id);
    await expect.poll(() => at(1).server.house.gateway.results.lines.size).toBe(1);
    expect(await bring(2, claim, { is_error: true })).toMatchObject({ kept: "error" });
    const told = await next;
    expect(told).toMatchObject({ status: "miss", reason: "absent" });
    await bring(1, told["claim"], { is_error: true });
  });

  test("what closes or is purged at one is closed or gone at all, and so is what is on its way", async () => {
    const id = freshOrder();
    const running = freshOrder();
    await bring(0, (await lookUp(0, id))["claim"], { result: "kept" });
    const { claim } = await lookUp(1, running);
    expect(await lookUp(2, id)).toMatchObject({ status: "hit" });
    const { body } = await at(1).ask("DELETE", "/api/endpoints/support-bot/tool-results?tool=lookup_order");
    expect((body as { readonly purged: number }).purged).toBeGreaterThanOrEqual(1);
    expect(await lookUp(0, id)).toMatchObject({ status: "miss" });
    expect(await bring(2, claim, { result: "too late" })).toMatchObject({ kept: "lapsed" });
  });
});
