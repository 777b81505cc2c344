import { approval } from "./approval.ts";
import { backtest } from "./backtest.ts";
import { command } from "./command.ts";
import { dependsOn } from "./depends-on.ts";
import { evidence } from "./evidence.ts";
import type { GateKind, GatePlan } from "./gate-plan.ts";
import type { GateContext, GateLook, GateRule } from "./gate-rule.ts";
import { http } from "./http.ts";
import { manual } from "./manual.ts";
import { schedule } from "./schedule.ts";
import { soak } from "./soak.ts";

/** Every kind of gate: one file and one line each. */
export const GATES = {
  command,
  http,
  backtest,
  evidence,
  approval,
  soak,
  schedule,
  depends_on: dependsOn,
  manual,
} satisfies { readonly [K in GateKind]: GateRule<K> };

/** How a gate stands now. */
export const lookAt = (gate: GatePlan, context: GateContext): GateLook =>
  // The compiler cannot see that the rule and the gate share their kind.
  (GATES[gate.kind] as GateRule<GateKind>).look(gate, context);
