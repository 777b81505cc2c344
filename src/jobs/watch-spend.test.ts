import { describe, expect, test } from "vitest";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import { createMemorySpendStore } from "../adapters/stores/memory/memory-spend-store.ts";
import { NO_SPEND } from "../domain/spend/add-spend.ts";
import { HOUR_MS, hourOf } from "../domain/spend/spend-book.ts";
import type { DearHourAlert } from "../ports/announcer.ts";
import type { SpendStore } from "../ports/spend-store.ts";
import { watchSpend } from "./watch-spend.ts";

const USD = 10n ** 12n;
const SLOT = { endpoint: "bot", model: "sim/a", keyId: "key_1", user: "" };

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
};

async function dearStore(clock: HandClock): Promise<SpendStore> {
  const store = createMemorySpendStore(1_000);
  const hour = hourOf(clock.now());
  for (let day = 0; day <= 5; day += 1) {
    const spend = { ...NO_SPEND, calls: 1, otherPico: day === 0 ? 90n * USD : 10n * USD };
    await store.write("rep_1", [{ ...SLOT, hour: hour - day * 24 * HOUR_MS, spend }]);
  }
  return store;
}

const sourcesOf = (spend: SpendStore) => ({ spend, tenantOf: () => null });

describe("watching what is spent", () => {
  test("tells of an hour that is too dear once, with usual spend and why", async () => {
    const clock = new HandClock();
    const told: DearHourAlert[] = [];
    const announcer = {
      decided() {},
      troubled() {},
      recovered() {},
      tooDear: (alert: DearHourAlert) => void told.push(alert),
    };
    const stop = watchSpend({ sources: sourcesOf(await dearStore(clock)), clock, announcer, isLeader: () => true });
    for (let look = 0; look < 4; look += 1) {
      clock.advance(300_000);
      await settled();
    }
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      subject: { type: "endpoint", name: "bot" },
      spentPico: 90n * USD,
      usualPico: 10n * USD,
    });
    expect(told[0]?.why).toContain("+$80.00");
    stop();
    expect(clock.pending).toBe(0);
  });

  test("leaves it to the replica that leads, and says once when it cannot look", async () => {
    const clock = new HandClock();
    const heard: string[] = [];
    const announcer = {
      decided() {},
      troubled: (what: string) => void heard.push(`troubled ${what}`),
      recovered: (what: string) => void heard.push(`recovered ${what}`),
      tooDear: () => void heard.push("too dear"),
    };
    const store = await dearStore(clock);
    let isAway = true;
    const failing: SpendStore = {
      ...store,
      sum: (query) => (isAway ? Promise.reject(new Error("away")) : store.sum(query)),
    };
    let leads = false;
    watchSpend({ sources: sourcesOf(failing), clock, announcer, isLeader: () => leads });
    clock.advance(300_000);
    await settled();
    expect(heard).toEqual([]);
    leads = true;
    for (let look = 0; look < 2; look += 1) {
      clock.advance(300_000);
      await settled();
    }
    isAway = false;
    clock.advance(300_000);
    await settled();
    expect(heard).toEqual([
      "troubled looking for hours that are too dear",
      "too dear",
      "recovered looking for hours that are too dear",
    ]);
  });
});
