import { describe, expect, test } from "vitest";
import type { FlagKill } from "../../src/domain/flags/flag-kill.ts";
import { T0, newId } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

const RESTORED = { at: T0 + 1, by: "Grace", reason: "mended" };

const killOf = (flag: string, overrides: Partial<FlagKill> = {}): FlagKill => ({
  id: newId("flk"),
  environment: "production",
  flag,
  reason: "it summarises nonsense 🔥",
  by: "Ada",
  at: T0,
  restored: null,
  ...overrides,
});

const inForce = (get: GetStores): Promise<readonly FlagKill[]> => get().flags.kills({ inForce: true, limit: 1_000 });

const digests = (...flags: readonly (readonly [string, string])[]): ReadonlyMap<string, string> => new Map(flags);

/** What every store of flags must do. */
export function flagStoreContract(get: GetStores): void {
  keepsKillSwitches(get);
  knowsDefinitions(get);
}

function keepsKillSwitches(get: GetStores): void {
  describe("as a store of flags: kill switches", () => {
    test("keeps a kill until the flag is restored, and then as a record", async () => {
      const kill = killOf(newId("flag"));
      expect(await get().flags.kill(kill)).toEqual(kill);
      expect(await inForce(get)).toContainEqual(kill);
      expect(await get().flags.restore(kill, RESTORED)).toEqual({ ...kill, restored: RESTORED });
      expect((await inForce(get)).map(({ id }) => id)).not.toContain(kill.id);
      expect(await get().flags.kills({ inForce: false, limit: 1, flag: kill })).toEqual([
        { ...kill, restored: RESTORED },
      ]);
    });

    test("kills a flag once: the first reason stays, also when many come at once", async () => {
      const flag = newId("flag");
      const kept = await Promise.all(Array.from({ length: 5 }, () => get().flags.kill(killOf(flag))));
      expect(new Set(kept.map(({ id }) => id)).size).toBe(1);
      expect((await inForce(get)).filter((kill) => kill.flag === flag)).toHaveLength(1);
    });

    test("knows a flag of one environment from that of another", async () => {
      const flag = newId("flag");
      const kill = await get().flags.kill(killOf(flag));
      const other = await get().flags.kill(killOf(flag, { environment: "staging" }));
      expect(other.id).not.toBe(kill.id);
      await get().flags.restore(kill, RESTORED);
      expect((await inForce(get)).filter((one) => one.flag === flag)).toEqual([other]);
      const environment = newId("env");
      const alone = await get().flags.kill(killOf(flag, { environment }));
      await get().flags.kill(killOf(newId("flag")));
      expect(await get().flags.kills({ inForce: false, limit: 1, environment })).toEqual([alone]);
    });

    test("restores what is killed and nothing else, and lets it be killed again", async () => {
      const flag = newId("flag");
      const name = { environment: "production", flag };
      expect(await get().flags.restore(name, RESTORED)).toBeNull();
      const first = await get().flags.kill(killOf(flag));
      await get().flags.restore(name, RESTORED);
      expect(await get().flags.restore(name, RESTORED)).toBeNull();
      const second = await get().flags.kill(killOf(flag));
      expect(second.id).not.toBe(first.id);
      const all = await get().flags.kills({ inForce: false, limit: 10, flag: name });
      expect(all.map(({ id }) => id)).toEqual([second.id, first.id]);
    });
  });
}

function knowsDefinitions(get: GetStores): void {
  describe("as a store of flags: definitions and counts", () => {
    test("knows since when a flag is what it is", async () => {
      const environment = newId("env");
      const { flags } = get();
      await flags.define(environment, digests(["a", "1"], ["b", "1"]), T0);
      await flags.define(environment, digests(["a", "1"], ["b", "2"], ["c", "1"]), T0 + 5);
      expect(await flags.records(environment)).toEqual([
        { flag: "a", since: T0, counts: [] },
        { flag: "b", since: T0 + 5, counts: [] },
        { flag: "c", since: T0 + 5, counts: [] },
      ]);
      expect(await flags.records(newId("env"))).toEqual([]);
    });

    test("adds evaluations of all replicas, and keeps when the first and the last one was", async () => {
      const environment = newId("env");
      const { flags } = get();
      await flags.define(environment, digests(["a", "1"], ["b", "1"]), T0);
      const count = { flag: "a", variant: "on", evaluations: 2, firstAt: T0 + 10, lastAt: T0 + 20 };
      await Promise.all([
        flags.add(environment, [count, { ...count, flag: "b" }]),
        flags.add(environment, [
          { ...count, flag: "b", firstAt: T0 + 1 },
          { ...count, evaluations: 3, lastAt: T0 + 30 },
        ]),
        flags.add(environment, [{ ...count, variant: "off" }]),
        flags.add(environment, []),
      ]);
      expect(await flags.records(environment)).toEqual([
        {
          flag: "a",
          since: T0,
          counts: [
            { variant: "off", evaluations: 2, firstAt: T0 + 10, lastAt: T0 + 20 },
            { variant: "on", evaluations: 5, firstAt: T0 + 10, lastAt: T0 + 30 },
          ],
        },
        { flag: "b", since: T0, counts: [{ variant: "on", evaluations: 4, firstAt: T0 + 1, lastAt: T0 + 20 }] },
      ]);
    });
  });
  forgetsWhatIsGone(get);
}

function forgetsWhatIsGone(get: GetStores): void {
  describe("as a store of flags: what is gone", () => {
    test("forgets what is known of flags that are gone, and counts nothing for them", async () => {
      const environment = newId("env");
      const { flags } = get();
      const count = { variant: "on", evaluations: 1, firstAt: T0, lastAt: T0 };
      await flags.define(environment, digests(["a", "1"], ["b", "1"]), T0);
      await flags.add(environment, [
        { ...count, flag: "a" },
        { ...count, flag: "b" },
      ]);
      await flags.define(environment, digests(["b", "1"]), T0 + 1);
      await flags.add(environment, [{ ...count, flag: "a" }]);
      await flags.define(environment, digests(["a", "1"], ["b", "1"]), T0 + 2);
      expect(await flags.records(environment)).toEqual([
        { flag: "a", since: T0 + 2, counts: [] },
        { flag: "b", since: T0, counts: [count] },
      ]);
    });
  });
}
