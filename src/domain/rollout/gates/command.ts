import type { GateRule } from "./gate-rule.ts";
import { runGate } from "./run-gate.ts";

/** A program of the operator's. */
export const command: GateRule<"command"> = runGate(({ program }) => `the program ${program} runs`);
