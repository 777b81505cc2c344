import { describe, expect, test } from "vitest";
import type { Backtest } from "../../src/domain/backtest/backtest.ts";
import type { BacktestSession } from "../../src/domain/backtest/backtest-session.ts";
import { plannedBacktest, waitingSession } from "../fixtures/backtest-samples.ts";
import { newId, T0 } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

const backtestOf = (overrides: Partial<Backtest> = {}): Backtest => ({
  ...plannedBacktest(newId("bkt"), newId("bot")),
  ...overrides,
});

const LONG_MS = 60_000;

/** What every store of backtests must do. */
export function backtestStoreContract(get: GetStores): void {
  describe("as a store of backtests", () => {
    test("keeps a backtest with its sample, money to the last unit and any text", async () => {
      const backtest = backtestOf();
      const session: BacktestSession = {
        ...waitingSession(0),
        session: "a \u0000 b 🔥",
        worstPico: 9_007_199_254_740_993n,
      };
      const { backtests: store } = get();
      await store.create(backtest, [session, waitingSession(1)]);
      expect(await store.byId(backtest.id)).toEqual(backtest);
      expect(await store.sessions(backtest.id)).toEqual([session, waitingSession(1)]);
      expect(await store.byId(newId("bkt"))).toBeNull();
      expect(await store.sessions(newId("bkt"))).toEqual([]);
    });

    test("lists by endpoint, environment, state and pair of releases, newest first", async () => {
      const { backtests: store } = get();
      const first = backtestOf();
      const second = { ...backtestOf({ channel: first.channel }), id: newId("bkt") };
      const elsewhere = backtestOf({ channel: { ...first.channel, environment: "staging" } });
      for (const one of [first, second, elsewhere]) await store.create(one, []);
      await store.update(second.id, { type: "start", at: T0 });
      const { endpoint } = first.channel;
      const ids = async (filter: object): Promise<readonly string[]> =>
        (await store.list({ endpoint, limit: 10, ...filter })).map(({ id }) => id);
      expect(await ids({})).toEqual([elsewhere.id, second.id, first.id]);
      expect(await ids({ environment: "staging" })).toEqual([elsewhere.id]);
      expect(await ids({ state: "running" })).toEqual([second.id]);
      const pair = { channel: first.channel, candidate: first.candidate.id, baseline: first.baseline.id };
      expect(await ids({ pair })).toEqual([second.id, first.id]);
      expect(await ids({ pair: { ...pair, candidate: "rel_other" } })).toEqual([]);
      expect(await ids({ limit: 1 })).toEqual([elsewhere.id]);
    });

    test("goes from planned to running to ended, and never back", async () => {
      const { backtests: store } = get();
      const backtest = backtestOf();
      await store.create(backtest, []);
      expect(await store.update(backtest.id, { type: "ask-stop", by: "Ada" })).toEqual(backtest);
      const running = { ...backtest, state: "running", startedAt: T0 + 1 } as const;
      expect(await store.update(backtest.id, { type: "start", at: T0 + 1 })).toEqual(running);
      expect(await store.update(backtest.id, { type: "start", at: T0 + 2 })).toEqual(running);
      await store.update(backtest.id, { type: "ask-stop", by: "Grace" });
      expect(await store.update(backtest.id, { type: "ask-stop", by: "Mallory" })).toEqual({
        ...running,
        stopAskedBy: "Grace",
      });
      const end = { at: T0 + 3, how: "stopped", why: "Grace stopped it.", result: null } as const;
      const ended = { ...running, stopAskedBy: "Grace", state: "ended", ended: end };
      expect(await store.update(backtest.id, { type: "end", ...end })).toEqual(ended);
      expect(await store.update(backtest.id, { type: "end", ...end, how: "complete" })).toEqual(ended);
      expect(await store.update(newId("bkt"), { type: "start", at: T0 })).toBeNull();
    });
  });
  ledgerContract(get);
}

/** What every store must do for whoever runs a backtest. */
function ledgerContract(get: GetStores): void {
  describe("as a ledger of backtests", () => {
    test("lets one runner at a time have it, and only that one write", async () => {
      const { backtests: store } = get();
      const { id } = backtestOf();
      await store.create({ ...backtestOf(), id }, [waitingSession(0), waitingSession(1)]);
      const done: BacktestSession = { ...waitingSession(0), state: "done", spentPico: 7n, leftOut: "lost" };
      expect(await store.keepSession(id, "one", done)).toBe(false);
      expect(await store.lease(id, "one", LONG_MS)).toBe(true);
      expect(await store.lease(id, "other", LONG_MS)).toBe(false);
      expect(await store.lease(id, "one", LONG_MS)).toBe(true);
      expect(await store.keepSession(id, "other", done)).toBe(false);
      expect(await store.keepSession(id, "one", done)).toBe(true);
      expect(await store.progress(id)).toEqual({ done: 1, spentPico: 7n });
      expect(await store.sessions(id)).toEqual([done, waitingSession(1)]);
      await store.lease(id, "one", 0);
      expect(await store.lease(id, "other", LONG_MS)).toBe(true);
      expect(await store.keepSession(id, "one", done)).toBe(false);
    });

    test("forgets those that ended long ago, with their samples", async () => {
      const { backtests: store } = get();
      const [old, young, open] = [backtestOf(), backtestOf(), backtestOf()];
      for (const one of [old, young, open]) await store.create(one, [waitingSession(0)]);
      const end = (at: number) => ({ type: "end", at, how: "lapsed", why: "Nobody agreed.", result: null }) as const;
      await store.update(old.id, end(T0 - 2));
      await store.update(young.id, end(T0));
      await store.expire(T0 - 1);
      expect(await store.byId(old.id)).toBeNull();
      expect(await store.sessions(old.id)).toEqual([]);
      expect((await store.byId(young.id))?.state).toBe("ended");
      expect((await store.byId(open.id))?.state).toBe("planned");
    });
  });
}
