import { expect, test } from "vitest";
import { callFacts } from "../../test/fixtures/call-facts.ts";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import { createMemorySeriesStore } from "../adapters/stores/memory/memory-series-store.ts";
import { RollwardError } from "../domain/errors.ts";
import { SeriesBook } from "../domain/series/series-book.ts";
import type { DaysTerms, SeriesStore } from "../ports/series-store.ts";
import { SeriesKeeper } from "./keep-series.ts";

type Mood = "well" | "away" | "refusing" | "loses answers";

/** A keeper whose store is in some mood: one that loses answers has taken what it says it has not. */
function openKeeper() {
  const clock = new HandClock();
  const book = new SeriesBook();
  const well = createMemorySeriesStore(1_000);
  const state: { mood: Mood } = { mood: "well" };
  const madeDays: DaysTerms[] = [];
  /** Days that are over and not made. */
  const unmade = { days: 0, isTooMuch: false, eachMs: 100 };
  const store: SeriesStore = {
    ...well,
    async makeDays(terms) {
      madeDays.push(terms);
      if (unmade.isTooMuch) throw new RollwardError("database_unavailable", { reason: "it took too long" });
      const made = Math.min(unmade.days, terms.limit);
      unmade.days -= made;
      clock.advance(made * unmade.eachMs);
      return made;
    },
    async add(batch) {
      if (state.mood === "away") throw new RollwardError("database_unavailable", { reason: "it is away" });
      if (state.mood === "refusing") throw new Error("never");
      await well.add(batch);
      if (state.mood === "loses answers") throw new RollwardError("database_unavailable", { reason: "it was slow" });
    },
  };
  const told: string[] = [];
  const announcer = {
    decided() {},
    troubled: (what: string) => void told.push(`troubled: ${what}`),
    recovered: (what: string) => void told.push(`recovered: ${what}`),
  };
  const keeper = new SeriesKeeper({ book, store, replicaId: "rep_1", clock, announcer });
  const call = (): void => book.note(callFacts({ at: clock.now() }));
  const written = async (): Promise<number> => {
    const query = { span: "hour", from: 0, to: clock.now() + 3_600_000, by: [], histograms: [], limit: 1 } as const;
    return (await store.query(query)).sums[0]?.tally.calls ?? 0;
  };
  return { clock, keeper, state, told, call, written, madeDays, unmade };
}

test("what cannot be written is told once, and is written when the store is back", async () => {
  const { keeper, state, told, call, written } = openKeeper();
  state.mood = "away";
  call();
  await keeper.write();
  call();
  await keeper.write();
  expect(told).toEqual(["troubled: writing what calls came to"]);
  expect(keeper.counts()).toMatchObject({ trouble: "it is away", waiting: 2 });
  state.mood = "well";
  await keeper.write();
  expect(told.at(-1)).toBe("recovered: writing what calls came to");
  expect(keeper.counts()).toMatchObject({ trouble: null, waiting: 0, droppedCells: 0 });
  expect(await written()).toBe(2);
});

test("a batch whose answer was lost is written again and counts once", async () => {
  const { keeper, state, call, written } = openKeeper();
  call();
  state.mood = "loses answers";
  await keeper.write();
  call();
  await keeper.write();
  state.mood = "well";
  await keeper.write();
  expect(await written()).toBe(2);
});

test("a store that takes a batch never does not keep all others waiting for ever; what was given up is counted", async () => {
  const { keeper, state, call, written } = openKeeper();
  call();
  state.mood = "refusing";
  for (let attempt = 0; attempt < 10; attempt += 1) await keeper.write();
  state.mood = "well";
  call();
  await keeper.write();
  expect(keeper.counts()).toMatchObject({ droppedCells: 1, droppedCalls: 1 });
  expect(await written()).toBe(1);
});

test("an orderly stop writes everything, and counts what it cannot write", async () => {
  const kept = openKeeper();
  kept.keeper.start();
  kept.call();
  await kept.keeper.stop();
  expect(await kept.written()).toBe(1);
  const lost = openKeeper();
  lost.state.mood = "away";
  lost.call();
  await lost.keeper.stop();
  expect(lost.keeper.counts()).toMatchObject({ droppedCalls: 1, waiting: 0 });
});

test("writes by itself every five seconds", async () => {
  const { clock, keeper, call, written } = openKeeper();
  keeper.start();
  call();
  clock.advance(4_999);
  expect(await written()).toBe(0);
  clock.advance(1);
  await expect.poll(written).toBe(1);
  await keeper.stop();
});

test("makes the days that are over one at a time, and then looks again every hour", async () => {
  const { clock, keeper, madeDays, unmade } = openKeeper();
  unmade.days = 3;
  const startedAt = clock.now();
  for (let write = 0; write < 6; write += 1) await keeper.write();
  expect(unmade.days).toBe(0);
  expect(madeDays.map(({ limit }) => limit)).toEqual([1, 1, 1, 1]);
  const [first] = madeDays;
  // A day that begins before this has been over for an hour.
  expect(first?.before).toBe(startedAt - 25 * 3_600_000);
  expect(first?.from).toBe(startedAt - 400 * 24 * 3_600_000);
  clock.advance(3_600_000);
  await keeper.write();
  expect(madeDays).toHaveLength(5);
});

test("a day of many cells has the next one wait, so that a twentieth of the time goes to days at most", async () => {
  const { clock, keeper, madeDays, unmade } = openKeeper();
  Object.assign(unmade, { days: 3, eachMs: 2_000 });
  await keeper.write();
  await keeper.write();
  expect(madeDays).toHaveLength(1);
  clock.advance(39_999);
  await keeper.write();
  expect(madeDays).toHaveLength(1);
  clock.advance(1);
  await keeper.write();
  expect(madeDays).toHaveLength(2);
  // A day that takes minutes is no reason to wait for ever.
  unmade.eachMs = 600_000;
  clock.advance(40_000);
  await keeper.write();
  expect(madeDays).toHaveLength(3);
  clock.advance(3_600_000);
  await keeper.write();
  expect(madeDays).toHaveLength(4);
});

test("a day that cannot be made keeps nothing from being written, and is tried again an hour later", async () => {
  const { clock, keeper, told, call, written, madeDays, unmade } = openKeeper();
  unmade.isTooMuch = true;
  for (let write = 1; write <= 3; write += 1) {
    call();
    await keeper.write();
    expect(await written()).toBe(write);
  }
  expect(keeper.counts()).toMatchObject({ trouble: null, waiting: 0 });
  expect(madeDays).toHaveLength(1);
  unmade.isTooMuch = false;
  clock.advance(3_600_001);
  await keeper.write();
  expect(madeDays).toHaveLength(2);
  expect(told).toEqual([
    "troubled: adding up what calls came to by the day",
    "recovered: adding up what calls came to by the day",
  ]);
});

test("an orderly stop makes no days", async () => {
  const { keeper, madeDays } = openKeeper();
  await keeper.stop();
  expect(madeDays).toEqual([]);
});
