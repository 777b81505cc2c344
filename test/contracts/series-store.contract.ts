import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LATENCY_BOUNDS } from "../../src/domain/series/histogram.ts";
import type { SeriesCell, SeriesMembers, SeriesTally } from "../../src/domain/series/series-cell.ts";
import { addTally, openTally, plainTally } from "../../src/domain/series/tally.ts";
import type { SeriesBatch, SeriesQuery } from "../../src/ports/series-store.ts";
import { newId } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const members = (overrides: Partial<SeriesMembers>): SeriesMembers => ({
  environment: "production",
  endpoint: "bot",
  release: "bot@1",
  arm: "stable",
  tier: "primary",
  model: "sim/a",
  ...overrides,
});

/** A tally of so many calls, with something in every member. */
function tallyOf(calls: number, costPico = BigInt(calls)): SeriesTally {
  const tally = openTally();
  tally.calls = calls;
  tally.failed = 1;
  tally.faults = 1;
  tally.abandoned = 2;
  tally.streams = 3;
  tally.errors["provider_timeout"] = calls;
  tally.sharedRefusals["budget:company"] = calls;
  tally.sharedRefusals["limit:calls"] = 1;
  tally.attempts = calls + 1;
  tally.attemptErrors["provider_error"] = 1;
  tally.tokens.input = 10 * calls;
  tally.tokens.reasoning = 5;
  tally.costPico = costPico;
  tally.latency.counts[calls % LATENCY_BOUNDS.length] = calls;
  tally.latency.sumMicros = 1_000 * calls;
  tally.firstToken.counts[3] = 7;
  tally.firstToken.sumMicros = 9;
  tally.thumbsUp = 1;
  tally.thumbsDown = 2;
  tally.problems = 3;
  tally.corrections = 4;
  tally.scores.count = 1;
  tally.scores.sumMicro = 250_000;
  tally.judged.count = 2;
  tally.judged.sumMicro = 1_900_000;
  tally.judgedBy.push(0, calls, 1);
  return plainTally(tally);
}

const cellOf = (start: number, which: Partial<SeriesMembers>, tally = tallyOf(1)): SeriesCell => ({
  start,
  members: members(which),
  tally,
});

const sumOf = (...tallies: readonly SeriesTally[]): SeriesTally => {
  const sum = openTally();
  for (const tally of tallies) addTally(sum, tally);
  return plainTally(sum);
};

const everything = (environment: string): SeriesQuery => ({
  span: "minute",
  from: 0,
  to: 1_000 * HOUR,
  by: [],
  where: { environment },
  histograms: ["latency", "firstToken"],
  limit: 1_000,
});

/** What every store of series must do. */
export function seriesStoreContract(get: GetStores): void {
  describe("as a store of series", () => {
    addsOnce(get);
    answers(get);
    makesDays(get);
    keepsDays(get);
    addsUp(get);
  });
}

function addsOnce(get: GetStores): void {
  test("adds what replicas count, in minutes and in hours, and the same batch only once", async () => {
    const environment = newId("env");
    const { series } = get();
    const [one, other] = [newId("rep"), newId("rep")];
    const first = { replicaId: one, sequence: 1, cells: [cellOf(HOUR, { environment }, tallyOf(2))] };
    await series.add(first);
    await series.add(first);
    await series.add({ ...first, sequence: 2, cells: [cellOf(HOUR + MINUTE, { environment }, tallyOf(3))] });
    await series.add({ ...first, sequence: 1 });
    await series.add({ replicaId: other, sequence: 1, cells: [cellOf(HOUR, { environment }, tallyOf(5))] });
    const minutes = await series.query({ ...everything(environment), stepMs: MINUTE });
    expect(minutes.sums).toEqual([
      { start: HOUR, members: {}, tally: sumOf(tallyOf(2), tallyOf(5)) },
      { start: HOUR + MINUTE, members: {}, tally: tallyOf(3) },
    ]);
    const hours = await series.query({ ...everything(environment), span: "hour", stepMs: HOUR });
    expect(hours.sums).toEqual([{ start: HOUR, members: {}, tally: sumOf(tallyOf(2), tallyOf(5), tallyOf(3)) }]);
  });

  test("adds a batch of two minutes of one hour to that hour", async () => {
    const environment = newId("env");
    const cells = [cellOf(HOUR, { environment }), cellOf(HOUR + MINUTE, { environment })];
    await get().series.add({ replicaId: newId("rep"), sequence: 1, cells });
    const { sums } = await get().series.query({ ...everything(environment), span: "hour" });
    expect(sums).toEqual([{ members: {}, tally: sumOf(tallyOf(1), tallyOf(1)) }]);
  });

  test("takes names and sums that no column was made for", async () => {
    const environment = newId("env");
    const model = `sim/\u0000${"é".repeat(2_000)}`;
    const dear = tallyOf(1, 10n ** 25n);
    await get().series.add({ replicaId: newId("rep"), sequence: 1, cells: [cellOf(0, { environment, model }, dear)] });
    const { sums } = await get().series.query({ ...everything(environment), by: ["endpoint"] });
    expect(sums).toEqual([{ members: { endpoint: "bot" }, tally: dear }]);
  });

  test("adds what several replicas write at the same time", async () => {
    const environment = newId("env");
    const cells = ["a", "b", "c", "d"].map((endpoint) => cellOf(HOUR, { environment, endpoint }));
    const replicas = Array.from({ length: 6 }, () => newId("rep"));
    await Promise.all(
      replicas.map(async (replicaId, index) => {
        const own = index % 2 === 0 ? cells : cells.toReversed();
        for (const sequence of [1, 2, 3]) await get().series.add({ replicaId, sequence, cells: own });
      }),
    );
    const { sums } = await get().series.query(everything(environment));
    expect(sums[0]?.tally.calls).toBe(6 * 3 * 4);
  });
}

function answers(get: GetStores): void {
  test("takes cells from `from` to `to` with the members that are meant, most calls first, as many as are wanted", async () => {
    const environment = newId("env");
    const cells = [
      cellOf(MINUTE, { environment, endpoint: "bot" }, tallyOf(1)),
      cellOf(MINUTE, { environment, endpoint: "bot", arm: "candidate" }, tallyOf(2)),
      cellOf(MINUTE, { environment, endpoint: "other" }, tallyOf(4)),
      cellOf(9 * MINUTE, { environment, endpoint: "bot" }, tallyOf(8)),
      cellOf(10 * MINUTE, { environment, endpoint: "bot" }, tallyOf(16)),
    ];
    await get().series.add({ replicaId: newId("rep"), sequence: 1, cells });
    const query = { ...everything(environment), from: MINUTE, to: 10 * MINUTE };
    const callsBy = async (more: Partial<SeriesQuery>) =>
      (await get().series.query({ ...query, ...more })).sums.map(({ start, members: group, tally }) => [
        start,
        group,
        tally.calls,
      ]);
    expect(await callsBy({ by: ["endpoint"] })).toEqual([
      [undefined, { endpoint: "bot" }, 11],
      [undefined, { endpoint: "other" }, 4],
    ]);
    expect(await callsBy({ by: ["arm"], where: { environment, endpoint: "bot" }, stepMs: 5 * MINUTE })).toEqual([
      [0, { arm: "candidate" }, 2],
      [0, { arm: "stable" }, 1],
      [5 * MINUTE, { arm: "stable" }, 8],
    ]);
    expect(await get().series.query({ ...query, by: ["endpoint"], limit: 1 })).toMatchObject({ isCut: true });
    expect((await get().series.query({ ...query, by: ["endpoint"], limit: 2 })).isCut).toBe(false);
  });

  test("answers without histograms that nobody asked for, and with nothing where nothing was counted", async () => {
    const environment = newId("env");
    const query = everything(environment);
    expect(await get().series.query(query)).toEqual({ sums: [], isCut: false });
    await get().series.add({ replicaId: newId("rep"), sequence: 1, cells: [cellOf(0, { environment })] });
    const { sums } = await get().series.query({ ...query, histograms: ["firstToken"] });
    expect(sums[0]?.tally.latency).toEqual({ counts: [], sumMicros: 0 });
    expect(sums[0]?.tally.firstToken).toEqual(tallyOf(1).firstToken);
  });

  test("forgets minutes and hours before their times", async () => {
    const environment = newId("env");
    const cells = [0, HOUR, 2 * HOUR].map((start) => cellOf(start, { environment }));
    await get().series.add({ replicaId: newId("rep"), sequence: 1, cells });
    await get().series.expire({ minute: 2 * HOUR, hour: HOUR });
    const starts = async (span: "minute" | "hour") =>
      (await get().series.query({ ...everything(environment), span, stepMs: HOUR })).sums.map(({ start }) => start);
    expect(await starts("minute")).toEqual([2 * HOUR]);
    expect(await starts("hour")).toEqual([HOUR, 2 * HOUR]);
  });
}

/** Every test has years of its own: days are those of all environments. */
let years = 0;

function begin(): number {
  years += 1;
  return Date.UTC(2100 + years, 0, 1);
}

/** Ten days of hours of an environment. */
const inHours = (environment: string, from: number, more: Partial<SeriesQuery> = {}): SeriesQuery => ({
  ...everything(environment),
  span: "hour",
  from,
  to: from + 10 * DAY,
  ...more,
});

const batchOf = (cells: readonly SeriesCell[]): SeriesBatch => ({ replicaId: newId("rep"), sequence: 1, cells });

function makesDays(get: GetStores): void {
  test("sums over whole days are the same before days are made and after", async () => {
    const environment = newId("env");
    const from = begin();
    const hours = Array.from({ length: 80 }, (_, hour) =>
      cellOf(from + hour * HOUR, { environment, arm: hour % 2 === 0 ? "stable" : "candidate" }, tallyOf(hour + 1)),
    );
    await get().series.add(batchOf(hours));
    const queries: readonly Partial<SeriesQuery>[] = [
      {},
      { by: ["arm"] },
      { by: ["release"], where: { environment, arm: "stable" }, histograms: [] },
      { stepMs: DAY, by: ["arm"] },
      { stepMs: 2 * DAY },
      { stepMs: 36 * HOUR },
      { from: from + 5 * HOUR, to: from + 3 * DAY + 2 * HOUR },
      { from: from + 5 * HOUR, to: from + DAY },
      { from: from + DAY, to: from + 2 * DAY },
      { limit: 1, by: ["arm"] },
    ];
    const answersNow = () => Promise.all(queries.map((more) => get().series.query(inHours(environment, from, more))));
    const before = await answersNow();
    expect(before[0]?.sums[0]?.tally).toEqual(sumOf(...hours.map(({ tally }) => tally)));
    for (const limit of [2, 10]) {
      await get().series.makeDays({ from, before: from + 3 * DAY, limit });
      expect(await answersNow()).toEqual(before);
    }
  });

  test("what is added to a day late counts at once, and when the day is made again", async () => {
    const environment = newId("env");
    const from = begin();
    const terms = { from, before: from + 3 * DAY, limit: 10 };
    const hours = Array.from({ length: 50 }, (_, hour) =>
      cellOf(from + hour * HOUR, { environment }, tallyOf(hour + 1)),
    );
    await get().series.add(batchOf(hours));
    await get().series.makeDays(terms);
    const late = cellOf(from + DAY + 3 * HOUR + MINUTE, { environment }, tallyOf(500));
    await get().series.add(batchOf([late]));
    const sum = async () => (await get().series.query(inHours(environment, from))).sums[0]?.tally;
    const truth = sumOf(...[...hours, late].map(({ tally }) => tally));
    expect(await sum()).toEqual(truth);
    await get().series.makeDays(terms);
    expect(await sum()).toEqual(truth);
  });
}

function keepsDays(get: GetStores): void {
  test("days are made once, however many make them and add to them at the same time", async () => {
    const environment = newId("env");
    const from = begin();
    const terms = { from, before: from + 2 * DAY, limit: 10 };
    const cells = [cellOf(from + HOUR, { environment }), cellOf(from + DAY + HOUR, { environment })];
    await get().series.add(batchOf(cells));
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        await get().series.add(batchOf(cells));
        await get().series.makeDays(terms);
        await get().series.add(batchOf(cells.toReversed()));
        await get().series.makeDays(terms);
      }),
    );
    const calls = async () => (await get().series.query(inHours(environment, from))).sums[0]?.tally.calls;
    expect(await calls()).toBe(26);
    await get().series.makeDays(terms);
    expect(await calls()).toBe(26);
    expect(await get().series.makeDays(terms)).toBe(0);
  });

  test("days before the time of hours are forgotten with them, and what is left of their hours counts", async () => {
    const environment = newId("env");
    const from = begin();
    const cells = [1, 20, 30].map((hour) => cellOf(from + hour * HOUR, { environment }, tallyOf(hour)));
    await get().series.add(batchOf(cells));
    await get().series.makeDays({ from, before: from + 2 * DAY, limit: 10 });
    await get().series.expire({ minute: 0, hour: from + 10 * HOUR });
    expect((await get().series.query(inHours(environment, from))).sums[0]?.tally.calls).toBe(50);
    await get().series.expire({ minute: 0, hour: from + 25 * HOUR });
    expect((await get().series.query(inHours(environment, from))).sums[0]?.tally.calls).toBe(30);
  });
}

function addsUp(get: GetStores): void {
  test("sums are the sums of the cells, whatever is asked for", async () => {
    const cell = fc.record({
      minute: fc.nat(200),
      endpoint: fc.constantFrom("a", "b"),
      arm: fc.constantFrom("stable", "candidate", ""),
      calls: fc.integer({ min: 1, max: 1_000 }),
      cost: fc.bigInt({ min: 0n, max: 10n ** 18n }),
    });
    const by = fc.subarray(["endpoint", "arm", "model"] as const);
    const step = fc.constantFrom(undefined, MINUTE, 7 * MINUTE, HOUR);
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 8 }), by, step, async (cells, groups, stepMs) => {
        const environment = newId("env");
        const tallies = cells.map(({ calls, cost }) => tallyOf(calls, cost));
        for (const [index, { minute, endpoint, arm }] of cells.entries()) {
          const only = cellOf(minute * MINUTE, { environment, endpoint, arm }, tallies[index]);
          await get().series.add({ replicaId: newId("rep"), sequence: 1, cells: [only] });
        }
        const query = { ...everything(environment), by: groups, ...(stepMs !== undefined && { stepMs }) };
        const { sums } = await get().series.query(query);
        expect(sumOf(...sums.map(({ tally }) => tally))).toEqual(sumOf(...tallies));
      }),
      { numRuns: 15 },
    );
  });
}
