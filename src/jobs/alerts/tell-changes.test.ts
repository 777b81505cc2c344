import { expect, test } from "vitest";
import { openMemoryStores } from "../../adapters/stores/memory/open-memory-stores.ts";
import { deciding, opening, STARTED } from "../../../test/contracts/store-samples.ts";
import { T0 } from "../../../test/fixtures/rollout-samples.ts";
import { emptyDesk } from "../../domain/alerts/desk.ts";
import type { AlertDesk } from "../../domain/alerts/desk.ts";
import { tellChanges } from "./tell-changes.ts";

const MINUTE = 60_000;

async function withRollout() {
  const { rollouts, releases } = openMemoryStores();
  const opened = opening("bot");
  await rollouts.append(opened);
  await rollouts.append(deciding(opened.rollout, [STARTED]));
  const tell = async (desk: Partial<AlertDesk>, lookedAt: number | null, now: number) => {
    const terms = { rollouts, releases, notifiers: ["hook"], now, lookedAt, publicUrl: null };
    const told = await tellChanges({ ...emptyDesk("production"), ...desk }, terms);
    return { ...told, titles: told.messages.map(({ telling }) => telling.title) };
  };
  return { tell };
}

test("steps are told once, and at the first look those of the last minute", async () => {
  const { tell } = await withRollout();
  const first = await tell({}, null, T0 + 1_000);
  expect(first.titles).toHaveLength(1);
  const again = await tell({ version: 1, changes: first.changes }, T0 + 1_000, T0 + 2_000);
  expect(again.titles).toEqual([]);
  expect((await tell({}, null, T0 + 5 * MINUTE)).titles).toEqual([]);
});

test("a rollout that comes back among the newest is not told from its beginning", async () => {
  const { tell } = await withRollout();
  const later = T0 + 60 * MINUTE;
  const { titles, changes } = await tell({ version: 7, changes: [] }, later - 5_000, later);
  expect(titles).toEqual([]);
  expect(changes[0]?.[1]).toBeGreaterThan(0);
});

test("what happened while nobody looked is told", async () => {
  const { tell } = await withRollout();
  expect((await tell({ version: 7, changes: [] }, T0 - 10 * MINUTE, T0 + 60 * MINUTE)).titles).toHaveLength(1);
});
