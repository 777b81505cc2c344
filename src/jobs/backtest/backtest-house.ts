import type { Environments } from "../../gateway/gateway.ts";
import type { Announcer } from "../../ports/announcer.ts";
import type { BacktestStore } from "../../ports/backtest-store.ts";
import type { CallStore } from "../../ports/call-store.ts";
import type { Clock } from "../../ports/clock.ts";
import type { PairJudge } from "../../ports/pair-judge.ts";
import type { ReleaseStore } from "../../ports/release-store.ts";
import type { RolloutStore } from "../../ports/rollout-store.ts";

/** What backtests stand on. */
export interface BacktestHouse {
  readonly environments: Environments;
  readonly store: BacktestStore;
  readonly calls: CallStore;
  readonly releases: ReleaseStore;
  readonly rollouts: RolloutStore;
  readonly clock: Clock;
  readonly announcer: Announcer;
  /** Compares answers where a policy wants that. */
  readonly judge: PairJudge;
  /** Unique over all replicas and starts: who runs a backtest. */
  readonly replicaId: string;
}
