import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addSpend, NO_SPEND } from "../../src/domain/spend/add-spend.ts";
import type { ModelSpend } from "../../src/domain/spend/spend.ts";
import type { SpendRow } from "../../src/domain/spend/spend-book.ts";
import type { CostQuery } from "../../src/ports/spend-store.ts";
import { newId } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

const HOUR = 3_600_000;

const spendOf = (calls: number, costPico: bigint): ModelSpend => ({
  ...NO_SPEND,
  calls,
  classes: { ...NO_SPEND.classes, output: { tokens: calls * 3, costPico } },
  otherPico: 1n,
  savedPico: -2n,
});

const rowOf = (overrides: Partial<SpendRow>): SpendRow => ({
  hour: 10 * HOUR,
  endpoint: "bot",
  model: "sim/a",
  keyId: "key_1",
  user: "",
  spend: spendOf(1, 10n),
  ...overrides,
});

/** What every store of spend must do. */
export function spendStoreContract(get: GetStores): void {
  describe("as a store of spend", () => {
    setsRows(get);
    tellsApart(get);
    addsUp(get);
    costsMany(get);
  });
}

function setsRows(get: GetStores): void {
  test("adds up replicas and hours, sets rows instead of adding them, and takes the same twice", async () => {
    const endpoint = newId("bot");
    const [one, other] = [newId("rep"), newId("rep")];
    const first = rowOf({ endpoint });
    await get().spend.write(one, [first]);
    await get().spend.write(one, [{ ...first, spend: spendOf(5, 50n) }]);
    await get().spend.write(other, [first, rowOf({ endpoint, hour: 11 * HOUR })]);
    await get().spend.write(other, [first]);
    const all = { since: 0, until: 100 * HOUR, endpoint, limit: 10 };
    expect(await get().spend.sum({ ...all, by: [] })).toEqual([
      { spend: addSpend(spendOf(5, 50n), addSpend(spendOf(1, 10n), spendOf(1, 10n))) },
    ]);
    expect(await get().spend.sum({ ...all, by: ["hour"] })).toEqual([
      { hour: 10 * HOUR, spend: addSpend(spendOf(5, 50n), spendOf(1, 10n)) },
      { hour: 11 * HOUR, spend: spendOf(1, 10n) },
    ]);
  });

  test("adds up the endpoints of one environment, the server's own and another one", async () => {
    const key = newId("key");
    const of = (endpoint: string, calls: number): SpendRow =>
      rowOf({ endpoint, keyId: key, spend: spendOf(calls, 10n) });
    await get().spend.write(newId("rep"), [
      of("bot", 1),
      of("", 2),
      of("staging/bot", 4),
      of("staging/", 8),
      of("stag/bot", 16),
    ]);
    const all = { since: 0, until: 100 * HOUR, keyId: key, by: [], limit: 10 } as const;
    const callsIn = async (scope: "" | "staging/" | "production/"): Promise<number> =>
      (await get().spend.sum({ ...all, scope }))[0]?.spend.calls ?? 0;
    expect([await callsIn(""), await callsIn("staging/"), await callsIn("production/")]).toEqual([3, 12, 0]);
  });

  test("forgets hours before a time", async () => {
    const endpoint = newId("bot");
    await get().spend.write(newId("rep"), [rowOf({ endpoint, hour: HOUR }), rowOf({ endpoint, hour: 2 * HOUR })]);
    await get().spend.expire(2 * HOUR);
    const sums = await get().spend.sum({ since: 0, until: 3 * HOUR, endpoint, by: ["hour"], limit: 10 });
    expect(sums.map(({ hour }) => hour)).toEqual([2 * HOUR]);
  });
}

function tellsApart(get: GetStores): void {
  test("takes hours from since to until, of one endpoint, key or user, the dearest first", async () => {
    const endpoint = newId("bot");
    await get().spend.write(newId("rep"), [
      rowOf({ endpoint, user: "Ada \u0000 💸", spend: spendOf(1, 10n ** 24n) }),
      rowOf({ endpoint, user: "Grace", keyId: "key_2", model: "sim/b", spend: spendOf(2, 5n) }),
      rowOf({ endpoint, hour: 12 * HOUR }),
    ]);
    const within = { since: 10 * HOUR, until: 12 * HOUR, endpoint, limit: 10 };
    const byUser = await get().spend.sum({ ...within, by: ["user", "model"] });
    expect(byUser.map(({ model }) => model)).toEqual(["sim/a", "sim/b"]);
    expect(byUser[0]?.spend).toEqual(spendOf(1, 10n ** 24n));
    expect(await get().spend.sum({ ...within, by: ["key"], keyId: "key_2" })).toEqual([
      { key: "key_2", spend: spendOf(2, 5n) },
    ]);
    expect(await get().spend.sum({ ...within, by: ["user"], user: "Grace" })).toHaveLength(1);
    expect(await get().spend.sum({ ...within, by: ["user"], limit: 1 })).toHaveLength(1);
    expect(await get().spend.sum({ ...within, by: [], endpoint: newId("bot") })).toEqual([]);
  });
}

function addsUp(get: GetStores): void {
  test("sums are the sums of the rows, whatever is asked for", async () => {
    const row = fc.record({
      hour: fc.constantFrom(20 * HOUR, 21 * HOUR),
      model: fc.constantFrom("sim/a", "sim/b"),
      keyId: fc.constantFrom("key_1", "key_2"),
      user: fc.constantFrom("", "Ada"),
      calls: fc.nat(1_000),
      cost: fc.bigInt({ min: 0n, max: 10n ** 18n }),
    });
    const by = fc.subarray(["hour", "model", "key", "user"] as const);
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 10 }), by, async (rows, dimensions) => {
        const endpoint = newId("bot");
        for (const { calls, cost, ...slot } of rows) {
          await get().spend.write(newId("rep"), [rowOf({ ...slot, endpoint, spend: spendOf(calls, cost) })]);
        }
        const query = { since: 0, until: 100 * HOUR, endpoint, by: dimensions, limit: 100 };
        const sums = await get().spend.sum(query);
        const total = sums.reduce((sum, { spend }) => addSpend(sum, spend), NO_SPEND);
        const wanted = rows.reduce((sum, { calls, cost }) => addSpend(sum, spendOf(calls, cost)), NO_SPEND);
        expect(total).toEqual(wanted);
      }),
      { numRuns: 20 },
    );
  });
}

function costsMany(get: GetStores): void {
  test("tells the costs of many by stretches, each with its first hour, of an environment and of some alone", async () => {
    const [key, other] = [newId("key"), newId("key")];
    const of = (endpoint: string, hour: number, keyId = key): SpendRow =>
      rowOf({ endpoint, hour: hour * HOUR, keyId, spend: spendOf(1, BigInt(hour)) });
    await get().spend.write(newId("rep"), [
      ...[1, 2, 3, 5, 8, 9].map((hour) => of("bot", hour)),
      ...[3, 4].map((hour) => of("faq", hour)),
      of("staging/bot", 3),
      of("bot", 3, other),
    ]);
    const bounds = [2, 4, 9].map((hour) => hour * HOUR);
    const told = async (query: Omit<CostQuery, "bounds" | "keyIds">): Promise<readonly string[]> => {
      const sums = await get().spend.costs({ ...query, bounds, keyIds: [key] });
      const lines = sums.map(
        ({ stretch, endpoint = "", key: of_ = "", costPico, oldest }) =>
          `${stretch} ${endpoint} ${of_ === key} ${costPico} ${oldest / HOUR}`,
      );
      return lines.toSorted();
    };
    const both = ["0 bot false 7 2", "0 faq false 4 3", "1 bot false 15 5", "1 faq false 5 4"];
    expect(await told({ by: ["endpoint"], endpoints: ["bot", "faq", "none"] })).toEqual(both);
    expect(await told({ by: ["endpoint"], scope: "" })).toEqual(both);
    expect(await told({ by: ["key"], scope: "staging/" })).toEqual(["0  true 4 3"]);
    expect(await told({ by: [], endpoints: ["bot"] })).toEqual(["0  false 7 2", "1  false 15 5"]);
    expect(await told({ by: [], endpoints: ["none"] })).toEqual([]);
  });
}
