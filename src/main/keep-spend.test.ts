import { expect, test } from "vitest";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import { createMemorySpendStore } from "../adapters/stores/memory/memory-spend-store.ts";
import { HOUR_MS, hourOf, SpendBook } from "../domain/spend/spend-book.ts";
import { modelCostPico } from "../domain/spend/spend.ts";
import type { SpendStore } from "../ports/spend-store.ts";
import { SpendKeeper } from "./keep-spend.ts";

/** A keeper whose store takes nothing while it is `away`. */
function openKeeper() {
  const clock = new HandClock();
  const book = new SpendBook();
  const well = createMemorySpendStore(100);
  const state = { away: false };
  const store: SpendStore = {
    ...well,
    write: (replicaId, rows) => (state.away ? Promise.reject(new Error("away")) : well.write(replicaId, rows)),
  };
  const told: string[] = [];
  const announcer = {
    decided() {},
    troubled: (what: string) => void told.push(`troubled: ${what}`),
    recovered: (what: string) => void told.push(`recovered: ${what}`),
  };
  const keeper = new SpendKeeper({ book, store, replicaId: "rep_1", clock, announcer });
  const spend = (costPico: bigint, at: number): void =>
    book.note(
      { hour: hourOf(at), endpoint: "bot", model: "sim/a", keyId: "key_1", user: "" },
      { usage: null, costPico, price: null },
    );
  const written = async (): Promise<bigint> => {
    const [sum] = await store.sum({ since: 0, until: clock.now() + HOUR_MS, by: [], limit: 1 });
    return sum === undefined ? 0n : modelCostPico(sum.spend);
  };
  return { clock, keeper, state, told, spend, written };
}

test("what cannot be written is told once, shows in the counts, and is written when the store is back", async () => {
  const { clock, keeper, state, told, spend, written } = openKeeper();
  state.away = true;
  spend(5n, clock.now());
  await keeper.write();
  await keeper.write();
  expect(told).toEqual(["troubled: writing what was spent"]);
  expect(keeper.counts()).toEqual({ merged: 0, trouble: "the store does not take what is written" });
  clock.advance(5 * HOUR_MS);
  state.away = false;
  await keeper.write();
  expect(told.at(-1)).toBe("recovered: writing what was spent");
  expect(keeper.counts().trouble).toBeNull();
  expect(await written()).toBe(5n);
});

test("a call that ends hours after it began adds to what is written and takes nothing from it", async () => {
  const { clock, keeper, spend, written } = openKeeper();
  const began = clock.now();
  spend(100n, began);
  await keeper.write();
  clock.advance(3 * HOUR_MS);
  await keeper.write();
  spend(7n, began);
  await keeper.write();
  expect(await written()).toBe(107n);
});
