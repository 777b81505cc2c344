import { describe, expect, test } from "vitest";
import { createMemoryCache } from "../../src/adapters/caches/memory-cache.ts";
import { createValkeyCache } from "../../src/adapters/caches/valkey-cache.ts";
import { createRandomIds } from "../../src/adapters/system/random-ids.ts";
import { systemClock } from "../../src/adapters/system/system-clock.ts";
import { connectValkey } from "../../src/adapters/valkey/connect-valkey.ts";
import type { Valkey } from "../../src/ports/valkey.ts";
import { HandClock } from "../fixtures/hand-clock.ts";
import { answerCacheContract, sharedCacheContract } from "./answer-cache.contract.ts";

/** A Valkey or Redis server; every test uses names of its own there, which lapse by themselves. */
const URL = process.env["ROLLWARD_TEST_VALKEY_URL"];

describe("in memory", () => {
  const openMemory = (maxBytes = 1_000_000) => {
    const clock = new HandClock();
    const bound = { maxBytes };
    const cache = createMemoryCache({ clock, maxBytes: () => bound.maxBytes });
    return { cache, bound, lapse: (ms: number) => clock.advance(ms), close: () => Promise.resolve() };
  };

  answerCacheContract(() => Promise.resolve(openMemory()));

  const place = (index: number) => ({ endpoint: "faq", key: String(index).padStart(64, "0") });

  test("the least recently used entries make room, and are counted", async () => {
    const { cache } = openMemory(10_000);
    for (let index = 0; index < 6; index += 1) await cache.store(place(index), "x".repeat(500), 60_000);
    await cache.find(place(0));
    for (let index = 6; index < 10; index += 1) await cache.store(place(index), "x".repeat(500), 60_000);
    expect(await cache.find(place(0))).not.toBeNull();
    expect(await cache.find(place(1))).toBeNull();
    const { bytes, evicted } = cache.counts();
    expect(bytes).toBeLessThanOrEqual(10_000);
    expect(evicted).toBe(3);
  });

  test("an entry larger than a quarter of the cache is not kept, and takes the older one with it", async () => {
    const { cache } = openMemory(10_000);
    await cache.store(place(1), "small", 60_000);
    expect(await cache.store(place(1), "x".repeat(5_000), 60_000)).toBe(false);
    expect(await cache.find(place(1))).toBeNull();
  });

  test("a bound that changes under way keeps what was used last; none at all keeps nothing", async () => {
    const { cache, bound } = openMemory(20_000);
    for (let index = 0; index < 10; index += 1) await cache.store(place(index), "x".repeat(500), 60_000);
    bound.maxBytes = 6_000;
    await cache.store(place(10), "x".repeat(500), 60_000);
    expect(cache.counts().bytes).toBeLessThanOrEqual(6_000);
    expect(await cache.find(place(9))).not.toBeNull();
    expect(await cache.find(place(0))).toBeNull();
    bound.maxBytes = 0;
    expect(await cache.store(place(11), "x", 60_000)).toBe(false);
    expect(await cache.find(place(9))).toBeNull();
  });
});

describe.skipIf(URL === undefined)("in Valkey or Redis (set ROLLWARD_TEST_VALKEY_URL to run)", () => {
  const openShared = async () => {
    const connections = [await connect(), await connect()] as const;
    const prefix = `test-cache-${ids.secret(8)}`;
    const [cache, other] = connections.map((valkey) =>
      createValkeyCache({ valkey, ids, maxEntryBytes: 100_000, prefix }),
    ) as [ReturnType<typeof createValkeyCache>, ReturnType<typeof createValkeyCache>];
    return {
      cache,
      other,
      lapse: (ms: number) => passTime(connections[0], prefix, ms),
      close: async () => void (await Promise.all(connections.map((one) => one.close()))),
    };
  };

  const ids = createRandomIds(systemClock);

  const connect = (): Promise<Valkey> => connectValkey(URL ?? "", { clock: systemClock, limitMs: 5_000 });

  answerCacheContract(openShared);
  sharedCacheContract(openShared);

  test("an entry over the bound is not kept", async () => {
    const { cache, close } = await openShared();
    expect(await cache.store({ endpoint: "faq", key: "c".repeat(64) }, "x".repeat(100_001), 1_000)).toBe(false);
    await close();
  });

  test("a server that is gone is an empty cache with nobody to agree with", async () => {
    const valkey = await connect();
    const cache = createValkeyCache({ valkey, ids, maxEntryBytes: 100_000 });
    await valkey.close();
    const place = { endpoint: "faq", key: "d".repeat(64) };
    expect(await cache.find(place)).toBeNull();
    expect(await cache.store(place, "x", 1_000)).toBe(false);
    expect((await cache.claim(place, 1_000)).state).toBe("ours");
    expect(await cache.purge("faq")).toBe(0);
    expect(cache.counts()).toMatchObject({ found: 0, absent: 0, failed: 4 });
  });
});

/** Brings every key as much nearer to its end as if that time had passed; a test does not wait. */
async function passTime(valkey: Valkey, prefix: string, ms: number): Promise<void> {
  const keys = (await valkey.run("KEYS", `${prefix}:*`)) as readonly string[];
  for (const key of keys) {
    const left = Number(await valkey.run("PTTL", key));
    await valkey.run("PEXPIRE", key, left - ms);
  }
}
