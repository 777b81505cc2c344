import { passed, waiting } from "./gate-rule.ts";
import type { GateRule } from "./gate-rule.ts";

/** Another endpoint that comes first. */
export const dependsOn: GateRule<"depends_on"> = {
  isLive: true,
  runs: false,
  look({ name, endpoint }, { observation: { gates } }) {
    const seen = gates?.dependencies[name];
    if (seen === undefined) return waiting(`nobody has looked at ${endpoint}`);
    return seen.isMet ? passed(seen.detail) : waiting(seen.detail);
  },
};
