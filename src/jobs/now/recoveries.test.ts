import { describe, expect, test } from "vitest";
import { callFacts } from "../../../test/fixtures/call-facts.ts";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { changeNow } from "../../../test/fixtures/now-samples.ts";
import { createMemoryCallStore } from "../../adapters/stores/memory/memory-call-store.ts";
import { createMemorySeriesStore } from "../../adapters/stores/memory/memory-series-store.ts";
import type { CallFacts } from "../../domain/call/call-record.ts";
import type { Change } from "../../domain/changes/change.ts";
import { SeriesBook } from "../../domain/series/series-book.ts";
import { ulid } from "../../kit/ulid.ts";
import { Recoveries } from "./recoveries.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

function world(changes: (start: number) => readonly Change[] = () => []) {
  const clock = new HandClock();
  const start = Math.floor(clock.now() / MINUTE) * MINUTE;
  const [calls, series, book] = [createMemoryCallStore(20_000), createMemorySeriesStore(20_000), new SeriesBook()];
  let [made, sequence, queries] = [0, 0, 0];
  /** A call every second from one time to another (ms after the start). */
  async function serve(from: number, to: number, terms: { readonly endpoint?: string; readonly isBad?: boolean } = {}) {
    const { endpoint = "bot", isBad = false } = terms;
    const records: CallFacts[] = [];
    for (let after = from; after < to; after += SECOND) {
      made += 1;
      const random = new Uint8Array(10);
      new DataView(random.buffer).setUint32(0, made);
      const [at, place] = [start + after, { endpoint, environment: "production", release: `${endpoint}@1` }];
      const id = `call_${ulid(at, random)}`;
      const bad = isBad ? ({ outcome: "failed", errorCode: "provider_error" } as const) : {};
      records.push(callFacts({ id, at, totalMs: 1, ...place, ...bad }));
    }
    await calls.append(records.map((facts) => ({ facts, bodies: { request: null, upstream: null, answer: null } })));
    for (const facts of records) book.note(facts);
    sequence += 1;
    await series.add({ replicaId: "rep_1", sequence, cells: book.take(10_000) });
    clock.advance(Math.max(0, start + to - clock.now()));
  }
  const recoveries = new Recoveries({
    calls,
    series: {
      query: (query) => {
        queries += 1;
        return series.query(query);
      },
    },
    changes: { list: async () => changes(start) },
    clock,
  });
  const find = (startedAfter: number, endpoints: readonly string[] = ["bot"]) =>
    recoveries.find({ environment: "production", endpoints, startedAt: start + startedAfter });
  return { clock, start, serve, find, queries: () => queries };
}

const apply = (at: number, id: string): Change => changeNow({ id, at, line: `The project was applied: ${id}` });

describe("when the calls of a trouble were well again", () => {
  test("is the last call that failed, with the change that mended it, hours later too", async () => {
    const changes = (start: number) => [
      apply(start + 6 * MINUTE + 10 * SECOND, "cure"),
      apply(start + 2 * MINUTE - SECOND, "cause"),
      apply(start + 9 * MINUTE, "later"),
    ];
    const { clock, start, serve, find } = world(changes);
    await serve(0, 2 * MINUTE);
    await serve(2 * MINUTE, 6 * MINUTE + 12 * SECOND, { isBad: true });
    expect(await find(2 * MINUTE)).toEqual({ state: "failing" });
    await serve(6 * MINUTE + 12 * SECOND, 12 * MINUTE);
    const at = start + 6 * MINUTE + 11 * SECOND;
    const well = {
      state: "well",
      recovery: { at, cure: { at: at - SECOND, line: "The project was applied: cure", by: "Ada", rollout: null } },
    };
    expect(await find(2 * MINUTE)).toEqual(well);
    // A later trouble is another one.
    await serve(40 * MINUTE, 50 * MINUTE, { isBad: true });
    clock.advance(3 * 60 * MINUTE);
    expect(await find(2 * MINUTE)).toEqual(well);
    expect(await find(40 * MINUTE)).toEqual({ state: "failing" });
  });

  test("is asked once for many who look, and never again once it is long over", async () => {
    const { clock, serve, find, queries } = world();
    await serve(0, 3 * MINUTE, { isBad: true });
    await serve(3 * MINUTE, 12 * MINUTE);
    const asked = async () => {
      const before = queries();
      expect(await find(0)).toMatchObject({ state: "well", recovery: { cure: null } });
      return queries() > before;
    };
    expect(await asked()).toBe(true);
    clock.advance(5 * SECOND);
    expect(await asked()).toBe(false);
    clock.advance(20 * MINUTE);
    expect(await asked()).toBe(true);
    clock.advance(24 * 60 * MINUTE);
    expect(await asked()).toBe(false);
  });

  test("is when the last of several endpoints was, and unknown where no call failed or nothing is kept any more", async () => {
    const { clock, start, serve, find } = world();
    await serve(0, 4 * MINUTE, { isBad: true });
    await serve(0, 6 * MINUTE, { endpoint: "faq", isBad: true });
    await serve(4 * MINUTE, 8 * MINUTE);
    expect(await find(0, [])).toEqual({ state: "failing" });
    await serve(8 * MINUTE, 12 * MINUTE);
    await serve(6 * MINUTE, 12 * MINUTE, { endpoint: "faq" });
    clock.advance(MINUTE);
    const both = { state: "well", recovery: { at: start + 6 * MINUTE - SECOND } };
    expect(await find(0, [])).toMatchObject(both);
    expect(await find(0, ["bot", "faq"])).toMatchObject(both);
    expect(await find(0)).toMatchObject({ recovery: { at: start + 4 * MINUTE - SECOND } });
    expect(await find(9 * MINUTE)).toEqual({ state: "unknown" });
    clock.advance(48 * 60 * MINUTE);
    expect(await find(1, ["bot"])).toEqual({ state: "unknown" });
  });
});
