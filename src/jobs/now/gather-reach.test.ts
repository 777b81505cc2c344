import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { callFacts } from "../../../test/fixtures/call-facts.ts";
import { createMemoryCallStore } from "../../adapters/stores/memory/memory-call-store.ts";
import { createMemorySeriesStore } from "../../adapters/stores/memory/memory-series-store.ts";
import type { CallFacts } from "../../domain/call/call-record.ts";
import { SeriesBook } from "../../domain/series/series-book.ts";
import { ulid } from "../../kit/ulid.ts";
import type { FailedReader } from "./failed-calls.ts";
import { gatherReach } from "./gather-reach.ts";

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 21, 2, 51);

let made = 0;

/** A call of an endpoint so many ms after the start. */
function callAt(after: number, overrides: Partial<CallFacts> = {}): CallFacts {
  made += 1;
  const random = new Uint8Array(10);
  new DataView(random.buffer).setUint32(0, made);
  const at = START + after;
  return callFacts({ id: `call_${ulid(at, random)}`, at, totalMs: 1, environment: "production", ...overrides });
}

const failed = (after: number, overrides: Partial<CallFacts> = {}): CallFacts =>
  callAt(after, { outcome: "failed", errorCode: "provider_error", costPico: 5n, ...overrides });

/** Stores in which the tallies know of the first `counted` calls only: they lag behind. */
async function worldOf(calls: readonly CallFacts[], counted = calls.length) {
  const [store, series, book] = [createMemoryCallStore(10_000), createMemorySeriesStore(10_000), new SeriesBook()];
  await store.append(calls.map((facts) => ({ facts, bodies: { request: null, upstream: null, answer: null } })));
  for (const facts of calls.slice(0, counted)) book.note(facts);
  await series.add({ replicaId: "rep_1", sequence: 1, cells: book.take(1_000) });
  return { calls: store, series };
}

const question = {
  environment: "production",
  endpoints: ["support-bot"],
  since: START + MINUTE,
  until: START + 5 * MINUTE,
  now: START + 20 * MINUTE,
};

describe("whom a trouble has reached", () => {
  test("is told of the failed calls of its time alone: how many, whose, and what they cost", async () => {
    const of = (user: string) => ({ endpoint: "support-bot", user });
    const world = await worldOf([
      failed(0, of("early")),
      callAt(MINUTE, { ...of("ada"), costPico: 1_000n }),
      failed(2 * MINUTE, of("ada")),
      failed(2 * MINUTE + 1, of("ada")),
      failed(3 * MINUTE, of("grace")),
      failed(3 * MINUTE, { ...of("copy"), arm: "shadow" }),
      failed(3 * MINUTE, { endpoint: "faq", user: "other" }),
      failed(9 * MINUTE, of("late")),
    ]);
    expect(await gatherReach(world, question)).toEqual({
      since: question.since,
      until: question.until,
      calls: 4,
      failed: 3,
      users: { count: 2, isAtLeast: false },
      costPico: 15n,
      endpoints: [{ endpoint: "support-bot", calls: 4, failed: 3 }],
    });
  });

  test("counts of the minute in which it began, and of that in which it ended, only the part that belongs to it", async () => {
    // Ten calls a second for five minutes; from 2:39 to 3:30 every fourth fails.
    const [from, to] = [2 * MINUTE + 39_000, 3 * MINUTE + 30_000];
    const calls = Array.from({ length: 3_000 }, (_, index) => {
      const after = index * 100;
      const isBad = index % 4 === 0 && after >= from && after <= to;
      return (isBad ? failed : callAt)(after, { endpoint: "support-bot" });
    });
    const world = await worldOf(calls);
    const told = { ...question, since: START + from, until: START + to };
    const reach = await gatherReach(world, told);
    expect(reach.failed).toBe(128);
    expect(Math.abs((reach.calls ?? 0) - 510)).toBeLessThanOrEqual(3);
    // While its first minute is under way it is a part of what has passed of it, and it never goes down.
    let before = 0;
    for (let now = START + from + 1_000; now <= START + to; now += 1_000) {
      const soFar = await worldOf(calls.filter(({ at }) => at <= now));
      const { calls: counted } = await gatherReach(soFar, { ...told, until: now, now });
      const truth = (now - START - from) / 100;
      expect(Math.abs((counted ?? 0) - truth)).toBeLessThanOrEqual(2 + 0.05 * truth);
      expect(counted).toBeGreaterThanOrEqual(before);
      before = counted ?? 0;
    }
  });

  test("is of minutes and hours where it lasted for hours, and of hours where nothing else is kept", async () => {
    const calls = Array.from({ length: 6 * 60 }, (_, minute) => callAt(minute * MINUTE, { endpoint: "support-bot" }));
    const world = await worldOf(calls);
    const hours = { ...question, since: START + 10 * MINUTE, until: START + 310 * MINUTE, now: START + 400 * MINUTE };
    const { calls: counted } = await gatherReach(world, hours);
    expect(Math.abs((counted ?? 0) - 300)).toBeLessThanOrEqual(2);
    const old = await gatherReach(world, { ...hours, now: START + 5 * 24 * 60 * MINUTE });
    expect(old.calls).toBe(351);
  });

  test("is of one release where it alone did harm", async () => {
    const world = await worldOf([
      failed(2 * MINUTE, { endpoint: "support-bot", release: "support-bot@3" }),
      failed(2 * MINUTE, { endpoint: "support-bot", release: "support-bot@2" }),
      callAt(2 * MINUTE, { endpoint: "support-bot", release: "support-bot@3" }),
    ]);
    expect(await gatherReach(world, { ...question, release: "support-bot@3" })).toMatchObject({ calls: 2, failed: 1 });
  });

  test("is of all calls of a release that began and was taken back within it", async () => {
    // As in the demo: in the last ten seconds of one minute and the first of the next, 21 calls, two of which fail.
    const began = 3 * MINUTE - 10_000;
    const calls = Array.from({ length: 21 }, (_, index) =>
      (index % 10 === 5 ? failed : callAt)(began + index * 500, { endpoint: "support-bot", release: "support-bot@3" }),
    );
    const others = Array.from({ length: 60 }, (_, index) =>
      callAt(MINUTE + index * 5_000, { endpoint: "support-bot", release: "support-bot@2" }),
    );
    const world = await worldOf([...calls, ...others]);
    const told = { ...question, since: START + began + 2_500, until: START + began + 10_000, release: "support-bot@3" };
    expect(await gatherReach(world, told)).toMatchObject({ calls: 21, failed: 2 });
    // One that has calls before and after is counted by its part, as an endpoint is.
    const longer = { ...told, release: "support-bot@2", since: START + 2 * MINUTE, until: START + 3 * MINUTE - 1 };
    expect((await gatherReach(world, longer)).calls).toBe(12);
  });

  test("has no failures of a release from before or after, also where not all of them were read", async () => {
    const of = { endpoint: "support-bot", release: "support-bot@3" };
    const world = await worldOf([0, 1, 2, 3, 4].map((minute) => failed(minute * MINUTE, of)));
    const told = { ...question, since: START + 2 * MINUTE, until: START + 3 * MINUTE - 1, release: "support-bot@3" };
    const unread = { read: () => Promise.resolve({ calls: [], isAll: false }) } as unknown as FailedReader;
    expect(await gatherReach({ ...world, failed: unread }, told)).toMatchObject({ calls: 1, failed: 1 });
  });

  test("never has more users than failed calls nor more failed calls than calls, however far the tallies lag", async () => {
    const call = fc.record({ after: fc.nat(7 * MINUTE), user: fc.nat(5), isFailed: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 40 }), fc.nat(40), async (all, counted) => {
        const calls = all.map(({ after, user, isFailed }) =>
          (isFailed ? failed : callAt)(after, { endpoint: "support-bot", user: `u${user}` }),
        );
        const reach = await gatherReach(await worldOf(calls, counted), question);
        expect(reach.users?.count).toBeLessThanOrEqual(reach.failed ?? 0);
        expect(reach.failed).toBeLessThanOrEqual(reach.calls ?? 0);
        expect(reach.costPico).toBe(5n * BigInt(reach.failed ?? 0));
        expect(reach.endpoints.length).toBe((reach.failed ?? 0) > 0 ? 1 : 0);
      }),
    );
  });
});
