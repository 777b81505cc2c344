import { expect, test } from "vitest";
import { openMemoryStores } from "../../adapters/stores/memory/open-memory-stores.ts";
import { createRandomIds } from "../../adapters/system/random-ids.ts";
import { alertSettings } from "../../../test/fixtures/alert-world.ts";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { AlertBoard } from "./alert-board.ts";

test("runs rules over the past once at a time, and says so to whoever asks meanwhile", async () => {
  const { alerts, sightings, series } = openMemoryStores();
  const clock = new HandClock();
  const settings = alertSettings("");
  let isAway = false;
  const query: typeof series.query = (asked) => (isAway ? Promise.reject(new Error("away")) : series.query(asked));
  const board = new AlertBoard({
    alerts,
    sightings,
    series: { query },
    notifiers: { tell: () => Promise.reject(new Error("Nobody is told.")) },
    settingsOf: () => settings,
    endpointsOf: () => ["bot"],
    publicUrl: null,
    clock,
    ids: createRandomIds(clock),
  });
  const first = board.backtest("production", { days: 30 });
  await expect(board.backtest("production", { days: 1 })).rejects.toMatchObject({
    code: "alert_backtest_busy",
    status: 429,
  });
  expect((await first).isCut).toBe(false);
  isAway = true;
  await expect(board.backtest("production", { days: 1 })).rejects.toThrow("away");
  isAway = false;
  expect((await board.backtest("production", { days: 1 })).rules.length).toBeGreaterThan(0);
});
