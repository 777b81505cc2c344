import type { Backtest, BacktestEnd } from "./backtest.ts";

/** What becomes of a backtest, as in the port of its store. */
type Change =
  | { readonly type: "start"; readonly at: number }
  | { readonly type: "ask-stop"; readonly by: string }
  | ({ readonly type: "end" } & BacktestEnd);

/** The backtest after a change; as it was where the change does not fit its state. */
export function changeBacktest(backtest: Backtest, change: Change): Backtest {
  const { state } = backtest;
  if (change.type === "start") {
    return state === "planned" ? { ...backtest, state: "running", startedAt: change.at } : backtest;
  }
  if (change.type === "ask-stop") {
    return state === "running" && backtest.stopAskedBy === null ? { ...backtest, stopAskedBy: change.by } : backtest;
  }
  if (state === "ended") return backtest;
  const { at, how, why, result } = change;
  return { ...backtest, state: "ended", ended: { at, how, why, result } };
}
