import { expect, test } from "vitest";
import { openAlertWorld } from "../../../test/fixtures/alert-world.ts";
import { openMemoryStores } from "../../adapters/stores/memory/open-memory-stores.ts";
import { createRandomIds } from "../../adapters/system/random-ids.ts";
import type { SeriesQuery } from "../../ports/series-store.ts";
import { AlertBoard } from "./alert-board.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const SLOS = `slos:
  answers: { endpoint: bot, indicator: availability, objective: 99.5% }
`;

/** A board over the series of a world, with what was asked of them. */
function boardOf(world: ReturnType<typeof openAlertWorld>, stores: ReturnType<typeof openMemoryStores>) {
  const asked: SeriesQuery[] = [];
  const board = new AlertBoard({
    ...stores,
    series: {
      query: (query) => {
        asked.push(query);
        return stores.series.query(query);
      },
    },
    notifiers: { tell: async () => ({ isSent: true, answer: null }) as never },
    settingsOf: () => world.settings,
    endpointsOf: () => ["bot"],
    publicUrl: null,
    clock: world.clock,
    ids: createRandomIds(world.clock),
  });
  const standing = async () => (await board.slos("production"))[0];
  return { asked, standing };
}

test("a service level of thirty days knows a failed call seconds after it was counted, and says as of when", async () => {
  const stores = openMemoryStores();
  const world = openAlertWorld(SLOS, { stores });
  const { asked, standing } = boardOf(world, stores);
  await world.count({ calls: 10_000 });
  world.clock.advance(3 * HOUR);
  expect((await standing())?.budget).toMatchObject({ total: 10_000, bad: 0, left: 1 });
  await world.count({ calls: 100, faults: 92 });
  world.clock.advance(4_000);
  expect(await standing()).toMatchObject({ budget: { bad: 0 }, asOf: world.clock.now() - 4_000 });
  const hours = (): number => asked.filter(({ span }) => span === "hour").length;
  const before = hours();
  world.clock.advance(1_000);
  const now = await standing();
  expect(now).toMatchObject({ budget: { total: 10_100, bad: 92 }, asOf: world.clock.now() });
  expect(now?.burns[0]?.short).toBeGreaterThan(100);
  // Hours that are over are not read again for it.
  expect(hours()).toBe(before);
  world.clock.advance(6 * MINUTE);
  await standing();
  expect(hours()).toBeGreaterThan(before);
  await world.close();
});

test("the last seconds of an hour count when it is over", async () => {
  const stores = openMemoryStores();
  const world = openAlertWorld(SLOS, { stores });
  const { standing } = boardOf(world, stores);
  world.clock.advance(HOUR - 5_000);
  await world.count({ calls: 100, faults: 10 });
  world.clock.advance(6_000);
  expect((await standing())?.budget).toMatchObject({ total: 100, bad: 10 });
  world.clock.advance(10 * MINUTE);
  expect((await standing())?.budget).toMatchObject({ total: 100, bad: 10 });
  await world.close();
});
