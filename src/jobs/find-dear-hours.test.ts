import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMemorySpendStore } from "../adapters/stores/memory/memory-spend-store.ts";
import { NO_SPEND } from "../domain/spend/add-spend.ts";
import { HOUR_MS, hourOf } from "../domain/spend/spend-book.ts";
import { modelCostPico } from "../domain/spend/spend.ts";
import type { SpendRow } from "../domain/spend/spend-book.ts";
import { findDearHours, whyDear } from "./find-dear-hours.ts";
import type { DearHour } from "./find-dear-hours.ts";

const NOW = Date.UTC(2026, 10, 21, 15, 40);
const HOUR = hourOf(NOW);
const DAY_MS = 24 * HOUR_MS;
const USD = 10n ** 12n;

const TENANTS: Readonly<Record<string, string>> = { key_1: "acme", key_2: "acme", key_3: "bolt" };
const tenantOf = (keyId: string): string | null => TENANTS[keyId] ?? null;

const slotOf = (keyId: string) => ({ endpoint: "bot", model: "sim/a", keyId, user: "" });

const rowOf = (keyId: string, ago: number, usd: bigint): SpendRow => {
  const classes = { ...NO_SPEND.classes, output: { tokens: Number(usd), costPico: usd * USD } };
  return { ...slotOf(keyId), hour: HOUR - ago * DAY_MS, spend: { ...NO_SPEND, calls: Number(usd), classes } };
};

async function foundIn(rows: readonly SpendRow[]): Promise<readonly DearHour[]> {
  const spend = createMemorySpendStore(10_000);
  await spend.write("rep_1", rows);
  return findDearHours({ spend, tenantOf }, NOW, ["tenant"]);
}

describe("an hour of a tenant", () => {
  test("is that of all its keys together, and of no other", async () => {
    const usual = [1, 2, 3].flatMap((ago) => ["key_1", "key_2", "key_3", "key_4"].map((key) => rowOf(key, ago, 10n)));
    const found = await foundIn([
      ...usual,
      rowOf("key_1", 0, 16n),
      rowOf("key_2", 0, 16n),
      rowOf("key_3", 0, 14n),
      rowOf("key_4", 0, 90n),
    ]);
    expect(found).toMatchObject([
      {
        subject: { type: "tenant", name: "acme" },
        anomaly: { spentPico: 32n * USD, baseline: { medianPico: 20n * USD } },
        change: { changePico: 12n * USD, volumePico: 12n * USD },
      },
    ]);
  });
});

describe("why an hour is too dear", () => {
  test("is told against the day that is usual, also where yesterday was not", async () => {
    const days = [30n, 10n, 11n, 9n, 10n].map((usd, index) => rowOf("key_1", index + 1, usd));
    const [dear] = await foundIn([...days, rowOf("key_1", 0, 30n)]);
    expect(dear?.change).toMatchObject({ changePico: 20n * USD, volumePico: 20n * USD });
    expect(dear === undefined ? "" : whyDear(dear)).toBe(
      "+$20.00 against 15:00 on 2026-11-19, the median of 5 days: number of calls +$20.00",
    );
  });

  test("of an even count of days it is the lower of the two middle ones", async () => {
    const days = [14n, 10n, 12n, 9n].map((usd, index) => rowOf("key_1", index + 1, usd));
    const [dear] = await foundIn([...days, rowOf("key_1", 0, 30n)]);
    expect(dear).toMatchObject({ against: HOUR - 2 * DAY_MS, anomaly: { baseline: { medianPico: 11n * USD } } });
    expect(dear?.change.changePico).toBe(20n * USD);
  });
});

const row = fc
  .record({
    ago: fc.integer({ min: 0, max: 14 }),
    keyId: fc.constantFrom("key_1", "key_2", "key_3"),
    model: fc.constantFrom("sim/a", "sim/b"),
    calls: fc.integer({ min: 1, max: 1_000 }),
    tokens: fc.integer({ min: 0, max: 100_000 }),
    pricePico: fc.bigInt({ min: 0n, max: 100_000_000n }),
    otherPico: fc.bigInt({ min: 0n, max: USD }),
  })
  .map(({ ago, keyId, model, calls, tokens, pricePico, otherPico }): SpendRow => {
    const classes = { ...NO_SPEND.classes, input: { tokens, costPico: BigInt(tokens) * pricePico } };
    const slot = { ...slotOf(keyId), model, hour: HOUR - ago * DAY_MS };
    return { ...slot, spend: { ...NO_SPEND, calls, classes, otherPico } };
  });

/** Rows of one slot take each other's place. */
const rowsOf = (rows: readonly SpendRow[]): readonly SpendRow[] => [
  ...new Map(rows.map((each) => [`${each.hour} ${each.keyId} ${each.model}`, each])).values(),
];

const hourOfTenant = (rows: readonly SpendRow[], name: string, hour: number): bigint =>
  rows
    .filter((each) => each.hour === hour && tenantOf(each.keyId) === name)
    .reduce((sum, { spend }) => sum + modelCostPico(spend), 0n);

test("the parts add up to the difference that they explain, to the last pico-dollar", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 10, maxLength: 60 }), async (drawn) => {
      const dear = (["key_1", "key_2"] as const).map((key) => rowOf(key, 0, 100n));
      const rows = rowsOf([...drawn, ...dear]);
      for (const { subject, hour, anomaly, change, against } of await foundIn(rows)) {
        const { changePico, volumePico, mixPico, tokensPico, classesPico, pricePico } = change;
        expect(anomaly.spentPico).toBe(hourOfTenant(rows, subject.name, hour));
        expect(changePico).toBe(anomaly.spentPico - hourOfTenant(rows, subject.name, against));
        // Nothing lies between it and the median that the hour was found too dear against.
        const { medianPico, days } = anomaly.baseline;
        const usual = changePico - (anomaly.spentPico - medianPico);
        expect(days % 2 === 1 ? usual === 0n : usual >= 0n).toBe(true);
        expect(volumePico + mixPico + tokensPico + classesPico + pricePico).toBe(changePico);
      }
    }),
    { numRuns: 60 },
  );
});
