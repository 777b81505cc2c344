import { expect, test } from "vitest";
import { plannedBacktest } from "../../../test/fixtures/backtest-samples.ts";
import { settled } from "../../../test/fixtures/delivery-world.ts";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { createMemoryBacktestStore } from "../../adapters/stores/memory/memory-backtest-store.ts";
import { openMemoryStores } from "../../adapters/stores/memory/open-memory-stores.ts";
import type { BacktestStore } from "../../ports/backtest-store.ts";
import { BacktestWatch } from "./watch-backtests.ts";

function stage() {
  const clock = new HandClock();
  const told: string[] = [];
  const mood = { isAway: false };
  const kept = createMemoryBacktestStore(() => clock.elapsed());
  const store: BacktestStore = {
    ...kept,
    list: (filter) => (mood.isAway ? Promise.reject(new Error("away")) : kept.list(filter)),
  };
  const { calls, releases, rollouts } = openMemoryStores();
  const environments = { own: "production", forKey: () => nobody(), named: () => undefined, all: () => [] };
  const announcer = {
    decided() {},
    troubled: (what: string) => void told.push(`troubled ${what}`),
    recovered: (what: string) => void told.push(`recovered ${what}`),
  };
  const watch = new BacktestWatch({
    environments,
    store,
    calls,
    releases,
    rollouts,
    clock,
    announcer,
    judge: { ask: async () => ({ trouble: "nobody is asked here" }) },
    replicaId: "rep_1",
  });
  return { clock, store, watch, told, mood };
}

const nobody = (): never => {
  throw new Error("Nobody calls here.");
};

const pass = async (clock: HandClock, ms: number): Promise<void> => {
  clock.advance(ms);
  await settled();
};

test("a plan that nobody agrees to lapses after an hour", async () => {
  const { clock, store, watch } = stage();
  await store.create({ ...plannedBacktest("bkt_1", "bot"), createdAt: clock.now() }, []);
  watch.start();
  await pass(clock, 59 * 60_000);
  expect((await store.byId("bkt_1"))?.state).toBe("planned");
  await pass(clock, 61_000);
  await pass(clock, 2_000);
  expect(await store.byId("bkt_1")).toMatchObject({ state: "ended", ended: { how: "lapsed", result: null } });
  await watch.stop();
});

test("a backtest that this server cannot run is left to others", async () => {
  const { clock, store, watch } = stage();
  await store.create(plannedBacktest("bkt_1", "bot"), []);
  await store.update("bkt_1", { type: "start", at: 0 });
  watch.start();
  await pass(clock, 2_000);
  expect((await store.byId("bkt_1"))?.state).toBe("running");
  expect(await store.lease("bkt_1", "rep_2", 1_000)).toBe(true);
  await watch.stop();
});

test("trouble with the store is told once, and when it is over", async () => {
  const { clock, watch, told, mood } = stage();
  mood.isAway = true;
  watch.start();
  for (let round = 0; round < 3; round += 1) await pass(clock, 2_000);
  mood.isAway = false;
  await pass(clock, 2_000);
  expect(told).toEqual(["troubled running backtests", "recovered running backtests"]);
  await watch.stop();
});
