import { describe, expect, test } from "vitest";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import { createMemoryKeyRing } from "../adapters/keys/memory-key-ring.ts";
import { createMemoryPauses } from "../adapters/pauses/memory-pauses.ts";
import { createMemoryPauseStore } from "../adapters/stores/memory/memory-pause-store.ts";
import { createMemorySpendStore } from "../adapters/stores/memory/memory-spend-store.ts";
import { createRandomIds } from "../adapters/system/random-ids.ts";
import { ErrorTally } from "../domain/access/error-tally.ts";
import type { Pause } from "../domain/access/pause.ts";
import type { PauseRule } from "../domain/access/pause-rule.ts";
import { NO_SPEND } from "../domain/spend/add-spend.ts";
import { HOUR_MS, hourOf } from "../domain/spend/spend-book.ts";
import type { PauseStore } from "../ports/pause-store.ts";
import { watchPauses } from "./watch-pauses.ts";

const USD = 10n ** 12n;

const ruleOf = (overrides: Partial<PauseRule>): PauseRule => ({
  name: "runaway",
  per: "tenant",
  only: {},
  condition: { type: "hour-above", abovePico: 20n * USD },
  mode: "pause",
  liftAfterMs: null,
  cooldownMs: HOUR_MS,
  ...overrides,
});

const BROKEN = ruleOf({
  name: "broken",
  per: "endpoint",
  condition: { type: "errors-above", share: 0.5, withinMs: 60_000, leastCalls: 10 },
  liftAfterMs: 30_000,
});

const KEY = {
  id: "key_1",
  name: "app",
  scopes: ["inference"],
  endpoints: null,
  secretHash: "0".repeat(64),
  createdAt: 0,
  expiresAt: null,
  revokedAt: null,
  tenant: "acme",
} as const;

/** A watch over stores in memory, with time in hand. */
function stage(rules: readonly PauseRule[], { leads = true, store = createMemoryPauseStore() } = {}) {
  const clock = new HandClock();
  const told: Pause[] = [];
  const heard: string[] = [];
  const spend = createMemorySpendStore(1_000);
  const keys = createMemoryKeyRing();
  keys.replace([KEY]);
  const pauses = createMemoryPauses();
  const tally = new ErrorTally();
  const stop = watchPauses({
    store,
    spend,
    pauses,
    keys,
    tally,
    clock,
    ids: createRandomIds(clock),
    announcer: {
      decided() {},
      troubled: (what) => void heard.push(`troubled ${what}`),
      recovered: (what) => void heard.push(`recovered ${what}`),
      pausedByRule: (pause) => void told.push(pause),
    },
    rules: () => rules,
    isLeader: () => leads,
  });
  const look = async (): Promise<void> => {
    clock.advance(250);
    for (let turn = 0; turn < 300; turn += 1) await Promise.resolve();
  };
  /** More time than a look takes, and looks after it. */
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    for (let again = 0; again < 25; again += 1) await look();
  };
  /** As whoever lifts a pause by hand: on the server it is in force at once. */
  const liftByHand = async (): Promise<void> => {
    const [pause] = await store.list({ inForce: true, limit: 1 });
    await store.lift(pause?.id ?? "", { at: clock.now(), by: "Ada", reason: "a campaign" });
    pauses.replace(await store.list({ inForce: true, limit: 10 }));
  };
  const spendUsd = (usd: bigint, hour = hourOf(clock.now())): Promise<void> =>
    spend.write("rep_1", [
      {
        hour,
        endpoint: "bot",
        model: "sim/a",
        keyId: KEY.id,
        user: "",
        spend: { ...NO_SPEND, calls: 1, otherPico: usd * USD },
      },
    ]);
  const fail = (calls: number, failed: boolean): void => {
    for (let made = 0; made < calls; made += 1) {
      tally.note(rules, { endpoint: "bot", tenant: "acme", keyId: KEY.id, failed }, clock.elapsed());
    }
  };
  const isPaused = (): boolean => pauses.about({ endpoint: "bot", tenant: "acme", keyId: KEY.id }) !== undefined;
  return { clock, told, heard, store, stop, look, pass, liftByHand, spendUsd, fail, isPaused };
}

describe("rules that stop calls by themselves", () => {
  test("stop a tenant whose hour is too dear at the next look, and keep why", async () => {
    const { look, spendUsd, told, isPaused, store, stop, clock } = stage([ruleOf({})]);
    await spendUsd(20n);
    await look();
    expect(isPaused()).toBe(false);
    await spendUsd(21n);
    await look();
    expect(isPaused()).toBe(true);
    const reason = "Rule runaway: tenant acme has spent $21.00 in the hour since 00:00 UTC, above $20.00.";
    expect(told).toMatchObject([{ reason, by: "rollward", lifted: null, rule: { name: "runaway" } }]);
    await look();
    expect(await store.list({ inForce: false, limit: 10 })).toHaveLength(1);
    stop();
    expect(clock.pending).toBe(0);
  });

  test("after a person lifted it the hour is left alone, which is kept once; the next dear hour stops it again", async () => {
    const { look, pass, liftByHand, spendUsd, store, isPaused } = stage([ruleOf({ cooldownMs: 60_000 })]);
    await spendUsd(21n);
    await look();
    await liftByHand();
    for (let again = 0; again < 5; again += 1) await look();
    const notes = await store.list({ inForce: false, limit: 10 });
    expect(notes.map(({ rule }) => rule?.outcome)).toEqual(["left-alone", "paused"]);
    expect(isPaused()).toBe(false);
    await pass(HOUR_MS);
    expect(isPaused()).toBe(false);
    await spendUsd(30n);
    await look();
    expect(isPaused()).toBe(true);
  });

  test("know how dear an hour usually is", async () => {
    const { look, spendUsd, clock, isPaused } = stage([
      ruleOf({ condition: { type: "hour-times-usual", times: 5, leastPico: USD } }),
    ]);
    for (let day = 1; day <= 5; day += 1) await spendUsd(2n, hourOf(clock.now()) - day * 24 * HOUR_MS);
    await spendUsd(10n);
    await look();
    expect(isPaused()).toBe(false);
    await spendUsd(11n);
    await look();
    expect(isPaused()).toBe(true);
  });

  test("stop an endpoint whose calls fail, let it in again when the time is over, and count anew from there", async () => {
    const { look, pass, fail, isPaused, told } = stage([BROKEN]);
    fail(5, false);
    fail(5, true);
    await look();
    expect(isPaused()).toBe(false);
    fail(1, true);
    await look();
    expect(isPaused()).toBe(true);
    await pass(30_000);
    expect(isPaused()).toBe(false);
    fail(9, true);
    await look();
    expect(isPaused()).toBe(false);
    fail(1, true);
    await look();
    expect(isPaused()).toBe(true);
    expect(told.map(({ lifted }) => lifted?.reason ?? "paused")).toEqual(["paused", "Its time was over.", "paused"]);
  });

  test("only note what they would do where they observe", async () => {
    const { look, spendUsd, isPaused, store } = stage([ruleOf({ mode: "observe" })]);
    await spendUsd(21n);
    for (let again = 0; again < 3; again += 1) await look();
    expect(isPaused()).toBe(false);
    const kept = await store.list({ inForce: false, limit: 10 });
    expect(kept.map(({ rule, lifted }) => [rule?.outcome, lifted?.reason])).toEqual([
      ["observed", "This rule only observes."],
    ]);
  });

  test("leave sums and what is over to the replica that leads, and look at their own calls on each", async () => {
    const { look, spendUsd, fail, isPaused, store } = stage([ruleOf({}), BROKEN], { leads: false });
    await spendUsd(21n);
    await look();
    expect(isPaused()).toBe(false);
    fail(20, true);
    await look();
    expect((await store.list({ inForce: true, limit: 10 })).map(({ rule }) => rule?.name)).toEqual(["broken"]);
  });

  test("do not take the place of a person's pause, and say once when they cannot look", async () => {
    const store = createMemoryPauseStore();
    let isAway = true;
    const shaky: PauseStore = {
      ...store,
      open: (pause) => (isAway ? Promise.reject(new Error("away")) : store.open(pause)),
    };
    const { look, spendUsd, heard, told } = stage([ruleOf({})], { store: shaky });
    await spendUsd(21n);
    for (let again = 0; again < 3; again += 1) await look();
    const subject = { type: "tenant", name: "acme" } as const;
    await store.open({ id: "pau_ada", subject, reason: "mine", by: "Ada", at: 0, lifted: null });
    isAway = false;
    for (let again = 0; again < 3; again += 1) await look();
    expect(heard).toEqual([
      "troubled looking for what the rules of pauses stop",
      "recovered looking for what the rules of pauses stop",
    ]);
    expect(told).toEqual([]);
    expect(await store.list({ inForce: false, limit: 10 })).toHaveLength(1);
  });
});
