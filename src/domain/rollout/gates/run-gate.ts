import type { GateKind, GateOf } from "./gate-plan.ts";
import { waiting } from "./gate-rule.ts";
import type { GateContext, GateLook, GateRule } from "./gate-rule.ts";

/** A kind of gate for which something runs: its result is looked up among those that have come in. */
export const runGate = <K extends GateKind>(describe: (gate: GateOf<K>) => string): GateRule<K> => ({
  isLive: false,
  runs: true,
  look: (gate, { state, observation }) => resultOf(state, observation) ?? waiting(describe(gate)),
});

function resultOf(state: GateContext["state"], { gates }: GateContext["observation"]): GateLook | null {
  const result = gates?.results.find(
    ({ gate, step, attempt }) => gate === state?.gate && step === state.step && attempt === state.attempt,
  );
  return result === undefined ? null : { standing: result.standing, detail: result.detail, url: result.url };
}
