import { BacktestDesk } from "../jobs/backtest/backtest-desk.ts";
import type { BacktestHouse } from "../jobs/backtest/backtest-house.ts";
import { BacktestWatch } from "../jobs/backtest/watch-backtests.ts";

/** Backtests of a server: what people and gates ask for, and what runs it. */
export interface OpenBacktests {
  readonly desk: BacktestDesk;
  readonly watch: BacktestWatch;
}

/** Nothing runs yet. */
export function openBacktests(house: BacktestHouse): OpenBacktests {
  const watch = new BacktestWatch(house);
  return { watch, desk: new BacktestDesk(house, watch) };
}
