import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import type { FreshDatabase } from "../fixtures/fresh-database.ts";
import { startFreezableProxy } from "../fixtures/freezable-proxy.ts";
import type { FreezableProxy } from "../fixtures/freezable-proxy.ts";
import { startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { semanticProject, startSemanticStage } from "../fixtures/semantic-stage.ts";
import type { SemanticStage } from "../fixtures/semantic-stage.ts";

const DATABASE_URL = process.env["ROLLWARD_TEST_DATABASE_URL"] ?? "";
const VALKEY_URL = process.env["ROLLWARD_TEST_VALKEY_URL"];

const isServed = DATABASE_URL !== "" && VALKEY_URL !== undefined;

describe.runIf(isServed)("replicas on one PostgreSQL and one Valkey", () => {
  let database: FreshDatabase;
  let proxy: FreezableProxy;
  let stage: SemanticStage;
  let other: RunningServer;

  beforeAll(async () => {
    database = (await createFreshDatabase()) as FreshDatabase;
    const url = new URL(database.url);
    proxy = await startFreezableProxy(url.hostname, Number(url.port));
    url.port = String(proxy.port);
    const hot = { valkeyUrl: VALKEY_URL ?? "", valkeyLimitMs: 5_000 };
    stage = await startSemanticStage({ ...hot, database });
    const files = { "rollward.yaml": semanticProject(stage.upstream.baseUrl) };
    const { embedders } = stage;
    const behindProxy = { url: url.href, drop: async () => {} };
    other = await startServer(files, {
      environment: { TEST_KEY: "sk-test" },
      embedders,
      ...hot,
      database: behindProxy,
    });
  });

  afterAll(async () => {
    proxy.thaw();
    await other.stop();
    await stage.stop();
    await proxy.close();
    await database.drop();
  });

  test("verdicts of both count together, and what one has proven the other gives", async () => {
    // Four of ten are audited: of so many none is once in a hundred million times.
    let left = 45;
    await stage.askUntil("faq", () => (left -= 1) === 0, { server: other });
    const [early] = await stage.groups("faq", other);
    expect(early).toMatchObject({ state: "collecting" });
    expect(early?.audits).toBeGreaterThan(0);
    const opened = await stage.askUntilGroup("faq", ({ state }) => state === "open");
    expect(opened?.audits).toBeGreaterThan(early?.audits ?? 0);
    expect(await stage.groups("faq", other)).toEqual(await stage.groups("faq"));
    const told = await stage.askUntil("faq", ({ tier }) => tier === "cache:semantic", { server: other });
    expect(told).toMatchObject({ status: 200, cache: "hit" });
    const call = await stage.recorded(told?.callId ?? "", other);
    expect((await stage.recorded(call.cache?.semantic?.call ?? "")).outcome).toBe("ok");
  });

  test("while the database is frozen calls go on, also those that are answered from the cache", async () => {
    proxy.freeze();
    let hits = 0;
    // A third of them at least are given: of so many none is once in a hundred million times.
    let left = 45;
    const odd = await stage.askUntil(
      "faq",
      ({ status, tier }) => {
        if (tier === "cache:semantic") hits += 1;
        return status !== 200 || (left -= 1) === 0;
      },
      { server: other },
    );
    expect(odd?.status).toBe(200);
    expect(hits).toBeGreaterThan(0);
    proxy.thaw();
    await expect.poll(() => other.server.house.stores.ready(), { timeout: 60_000 }).toBe(true);
    const before = (await stage.groups("faq"))[0]?.audits ?? 0;
    await expect.poll(async () => (await stage.groups("faq", other))[0]?.audits ?? 0).toBeGreaterThanOrEqual(before);
  });
});
