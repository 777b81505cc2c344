import type { Backtest } from "../../../domain/backtest/backtest.ts";
import type { BacktestSession } from "../../../domain/backtest/backtest-session.ts";
import { changeBacktest } from "../../../domain/backtest/change-backtest.ts";
import type { BacktestFilter, BacktestStore } from "../../../ports/backtest-store.ts";

interface Kept {
  backtest: Backtest;
  readonly sessions: Map<number, BacktestSession>;
}

/** Backtests in memory. `nowMs` is a monotonic time for leases. */
export function createMemoryBacktestStore(nowMs: () => number): BacktestStore {
  const kept = new Map<string, Kept>();
  const leases = new Map<string, { readonly runner: string; readonly until: number }>();
  const holder = (id: string): string | null => {
    const lease = leases.get(id);
    return lease !== undefined && lease.until > nowMs() ? lease.runner : null;
  };
  return {
    async create(backtest, sessions) {
      kept.set(backtest.id, { backtest, sessions: new Map(sessions.map((one) => [one.position, one])) });
    },
    byId: async (id) => kept.get(id)?.backtest ?? null,
    list: async (filter) =>
      [...kept.values()]
        .map(({ backtest }) => backtest)
        .filter((backtest) => matches(backtest, filter))
        .toReversed()
        .slice(0, filter.limit),
    async update(id, change) {
      const own = kept.get(id);
      if (own === undefined) return null;
      own.backtest = changeBacktest(own.backtest, change);
      return own.backtest;
    },
    async lease(id, runner, forMs) {
      const present = holder(id);
      if (present !== null && present !== runner) return false;
      leases.set(id, { runner, until: nowMs() + forMs });
      return true;
    },
    sessions: async (id) =>
      [...(kept.get(id)?.sessions.values() ?? [])].toSorted((one, other) => one.position - other.position),
    async keepSession(id, runner, session) {
      if (holder(id) !== runner) return false;
      kept.get(id)?.sessions.set(session.position, session);
      return true;
    },
    async progress(id) {
      const sessions = [...(kept.get(id)?.sessions.values() ?? [])];
      return {
        done: sessions.filter(({ state }) => state === "done").length,
        spentPico: sessions.reduce((sum, { spentPico }) => sum + spentPico, 0n),
      };
    },
    async expire(endedBefore) {
      for (const [id, { backtest }] of kept) {
        if (backtest.ended !== null && backtest.ended.at < endedBefore) kept.delete(id);
      }
    },
  };
}

const matches = ({ channel, candidate, baseline, state }: Backtest, filter: BacktestFilter): boolean =>
  (filter.endpoint === undefined || channel.endpoint === filter.endpoint) &&
  (filter.environment === undefined || channel.environment === filter.environment) &&
  (filter.state === undefined || state === filter.state) &&
  (filter.pair === undefined ||
    (channel.endpoint === filter.pair.channel.endpoint &&
      channel.environment === filter.pair.channel.environment &&
      candidate.id === filter.pair.candidate &&
      baseline.id === filter.pair.baseline));
