import type { GateRule } from "./gate-rule.ts";
import { runGate } from "./run-gate.ts";

/** A backtest of the candidate against stable. */
export const backtest: GateRule<"backtest"> = runGate(({ sample }) => `a backtest of ${sample} sessions runs`);
