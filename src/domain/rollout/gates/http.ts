import type { GateRule } from "./gate-rule.ts";
import { runGate } from "./run-gate.ts";

/** A web server that is asked until it says how it ended. */
export const http: GateRule<"http"> = runGate(({ url }) => `${new URL(url).host} is asked`);
