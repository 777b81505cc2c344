import { describe, expect, test } from "vitest";
import { callOf, T0 } from "../../test/contracts/store-samples.ts";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import { createMemoryCallStore } from "../adapters/stores/memory/memory-call-store.ts";
import type { Announcer } from "../ports/announcer.ts";
import { expireRecords } from "./expire-records.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function jobOn(troubles: string[], retainFactsDays: () => number) {
  const clock = new HandClock();
  const calls = createMemoryCallStore(100);
  const announcer: Announcer = {
    decided: () => {},
    troubled: (what) => void troubles.push(what),
    recovered: (what) => void troubles.push(`no more: ${what}`),
  };
  return { clock, calls, start: (store = calls) => expireRecords({ calls: store, clock, announcer, retainFactsDays }) };
}

describe("the job that deletes old records", () => {
  test("deletes facts after the days that the configuration in force says", async () => {
    let days = 90;
    const { clock, calls, start } = jobOn([], () => days);
    const call = callOf({ at: clock.now() });
    await calls.append([call]);
    const stop = start();
    clock.advance(80 * DAY_MS);
    await settle();
    expect(await calls.facts(call.facts.id)).toEqual(call.facts);
    days = 30;
    clock.advance(HOUR_MS);
    await settle();
    expect(await calls.facts(call.facts.id)).toBeNull();
    stop();
    expect(clock.pending).toBe(0);
  });

  test("keeps alerts as long as the incidents that they opened, or their next episodes would pass for old ones", async () => {
    const clock = new HandClock();
    const looks: string[] = [];
    const noting = (name: string) => ({
      expire: async (before: number) => void looks.push(`${name} ${(clock.now() - before) / DAY_MS}`),
    });
    const [alerts, incidents, alertOutbox] = ["alerts", "incidents", "outbox"].map(noting);
    const announcer: Announcer = { decided: () => {}, troubled: () => {}, recovered: () => {} };
    const calls = createMemoryCallStore(100);
    const parts = { calls, alerts, incidents, alertOutbox } as Pick<Parameters<typeof expireRecords>[0], "calls">;
    const stop = expireRecords({ ...parts, clock, announcer, retainFactsDays: () => 30 });
    await settle();
    expect(looks.toSorted()).toEqual(["alerts 400", "incidents 400", "outbox 62"]);
    stop();
  });

  test("tries again at the next look when the store failed", async () => {
    const troubles: string[] = [];
    const { clock, calls, start } = jobOn(troubles, () => 1);
    let failures = 1;
    const stop = start({
      ...calls,
      expire: (now, days) => ((failures -= 1) >= 0 ? Promise.reject(new Error("away")) : calls.expire(now, days)),
    });
    const call = callOf({ at: T0 - 100 * DAY_MS });
    await calls.append([call]);
    await settle();
    expect(troubles).toEqual(["deleting expired records"]);
    clock.advance(HOUR_MS);
    await settle();
    expect(await calls.facts(call.facts.id)).toBeNull();
    expect(troubles).toEqual(["deleting expired records", "no more: deleting expired records"]);
    stop();
  });
});
