import type { GateRunners } from "../../ports/gate-runner.ts";
import { createBacktestGate } from "./backtest-gate.ts";
import type { BacktestGateTerms } from "./backtest-gate.ts";
import { createCommandGate } from "./command-gate.ts";
import type { CommandGateTerms } from "./command-gate.ts";
import { createHttpGate } from "./http-gate.ts";
import type { HttpGateTerms } from "./http-gate.ts";

/** What runners are plugged into. */
export type GateRunnerTerms = BacktestGateTerms & CommandGateTerms & HttpGateTerms;

/** Every kind of gate for which something runs: one file and one line each. */
export const createGateRunners = (terms: GateRunnerTerms): GateRunners => ({
  command: createCommandGate(terms),
  http: createHttpGate(terms),
  backtest: createBacktestGate(terms),
});
