import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createMemorySpendStore } from "../adapters/stores/memory/memory-spend-store.ts";
import { NO_SPEND } from "../domain/spend/add-spend.ts";
import type { SpendChange } from "../domain/spend/attribute-spend.ts";
import { HOUR_MS, hourOf } from "../domain/spend/spend-book.ts";
import type { SpendRow } from "../domain/spend/spend-book.ts";
import type { SpendStore } from "../ports/spend-store.ts";
import { explainDay, explainHour } from "./explain-spend.ts";

const NOW = Date.UTC(2026, 10, 21, 15, 40);
const DAY_MS = 24 * HOUR_MS;

const row = fc
  .record({
    ago: fc.integer({ min: 1, max: 24 * 16 }),
    model: fc.constantFrom("sim/a", "sim/b", "sim/c"),
    calls: fc.integer({ min: 1, max: 1_000 }),
    tokens: fc.integer({ min: 0, max: 100_000 }),
    pricePico: fc.bigInt({ min: 0n, max: 100_000_000n }),
    otherPico: fc.bigInt({ min: 0n, max: 10n ** 12n }),
  })
  .map(({ ago, model, calls, tokens, pricePico, otherPico }): SpendRow => {
    const classes = { ...NO_SPEND.classes, input: { tokens, costPico: BigInt(tokens) * pricePico } };
    const slot = { hour: hourOf(NOW) - ago * HOUR_MS, endpoint: "bot", model, keyId: "key_1", user: "" };
    return { ...slot, spend: { ...NO_SPEND, calls, classes, otherPico } };
  });

const totalOf = async (store: SpendStore, since: number, until: number): Promise<bigint> => {
  const sums = await store.sum({ since, until, by: [], limit: 1 });
  return sums.reduce((sum, { spend }) => {
    return Object.values(spend.classes).reduce((part, { costPico }) => part + costPico, sum + spend.otherPico);
  }, 0n);
};

const partsOf = ({ volumePico, mixPico, tokensPico, classesPico, pricePico }: SpendChange): bigint =>
  volumePico + mixPico + tokensPico + classesPico + pricePico;

test("the last 24 hours are explained against the median day before, to the last pico-dollar", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (rows) => {
      const store = createMemorySpendStore(10_000);
      await store.write("rep_1", rows);
      const day = await explainDay(store, {}, NOW);
      const hour = hourOf(NOW);
      const oldest = Math.min(...rows.map((each) => each.hour));
      const days = Math.floor((hour - oldest) / DAY_MS) - 1;
      if (day === null) {
        expect(days).toBeLessThan(1);
        return;
      }
      expect(day.days).toBe(days);
      const then = await totalOf(store, day.endedAt - DAY_MS, day.endedAt);
      expect(day.change.changePico).toBe((await totalOf(store, hour - DAY_MS, hour)) - then);
      expect(partsOf(day.change)).toBe(day.change.changePico);
      const all: bigint[] = [];
      for (let ago = 1; ago <= days; ago += 1) {
        all.push(await totalOf(store, hour - (ago + 1) * DAY_MS, hour - ago * DAY_MS));
      }
      expect(all.filter((each) => each < then).length).toBeLessThanOrEqual((days - 1) / 2);
      expect(all.filter((each) => each <= then).length).toBeGreaterThanOrEqual(days / 2);
    }),
    { numRuns: 60 },
  );
});

test("an hour is explained against the same hour of the median day, to the last pico-dollar", async () => {
  const ofOneHour = row.map((each) => ({
    ...each,
    hour: hourOf(NOW) - (((hourOf(NOW) - each.hour) / HOUR_MS) % 16) * DAY_MS,
  }));
  await fc.assert(
    fc.asyncProperty(fc.array(ofOneHour, { maxLength: 40 }), async (rows) => {
      const store = createMemorySpendStore(10_000);
      await store.write("rep_1", rows);
      const hour = hourOf(NOW);
      const { change, against, days } = await explainHour(store, {}, hour);
      const totals: bigint[] = [];
      for (const start of new Set(rows.map((each) => each.hour))) {
        if (start < hour && start >= hour - 14 * DAY_MS) totals.push(await totalOf(store, start, start + HOUR_MS));
      }
      expect(days).toBe(totals.length);
      const sorted = totals.toSorted((one, other) => (one < other ? -1 : one > other ? 1 : 0));
      const then = await totalOf(store, against, against + HOUR_MS);
      expect(then).toBe(sorted[(sorted.length - 1) >> 1] ?? 0n);
      expect(change.changePico).toBe((await totalOf(store, hour, hour + HOUR_MS)) - then);
      expect(partsOf(change)).toBe(change.changePico);
    }),
    { numRuns: 60 },
  );
});

test("there is nothing to compare with before two days were seen", async () => {
  const store = createMemorySpendStore(10);
  const slot = { endpoint: "bot", model: "sim/a", keyId: "key_1", user: "" };
  await store.write("rep_1", [{ ...slot, hour: hourOf(NOW) - DAY_MS, spend: { ...NO_SPEND, calls: 1 } }]);
  expect(await explainDay(store, {}, NOW)).toBeNull();
});
