import { formatDuration } from "../../../kit/duration.ts";
import { formatShare, listWords } from "../describe-effect.ts";
import type { Rollout } from "../rollout.ts";
import type { TriggerPlan } from "../trigger-plan.ts";
import type { GateState } from "./gate-state.ts";
import { waitingGates } from "./gates-at.ts";

/** "the gate tests (the program check.sh runs) and the gate release-board (…)"; `null` when none waits. */
export function explainWaiting(rollout: Rollout): string | null {
  const open = waitingGates(rollout).map(({ state }) => `the gate ${state.gate} (${state.detail})`);
  return open.length === 0 ? null : listWords(open);
}

/** "the gate tests failed (exit code 1)"; `null` when none did. */
export function explainFailed({ gates = [] }: Pick<Rollout, "gates">): string | null {
  const failed = gates.filter(({ standing }) => standing === "failed" || standing === "expired").map(failureOf);
  return failed.length === 0 ? null : listWords(failed);
}

const failureOf = ({ gate, standing, detail }: GateState): string =>
  standing === "expired" ? `the gate ${gate} expired (${detail})` : `the gate ${gate} failed (${detail})`;

/** "the trigger errors above 5 % over 10m fired: 8.1 % of 62 sessions"; without a trigger, what it is called. */
export function explainTrigger({ trigger, plan }: Pick<Rollout, "trigger" | "plan">): string {
  const terms = trigger === undefined ? undefined : plan.triggers?.[trigger.trigger];
  if (trigger === undefined || terms === undefined) return "a trigger fired";
  const { measure } = terms;
  const values = `${inUnits(measure, trigger.value)} against ${inUnits(measure, trigger.limit)}`;
  return `the trigger ${spellTrigger(terms)} fired: ${values} over ${trigger.sessions} sessions of the candidate`;
}

/** "errors above 5 % over 10m", "latency above 2 times stable over 10m". */
export function spellTrigger({ measure, above, withinMs }: TriggerPlan): string {
  const limit = above.type === "times" ? `${above.times} times stable` : inUnits(measure, above.value);
  return `${measure} above ${limit} over ${formatDuration(withinMs)}`;
}

function inUnits(measure: TriggerPlan["measure"], value: number): string {
  if (measure === "errors") return formatShare(value);
  if (measure === "latency") return `${Math.round(value)} ms`;
  return `$${(value / 1e12).toLocaleString("en-US", { maximumSignificantDigits: 3 })}`;
}

/** Ways back that the release declares, one sentence each; [] when it changes no data. */
export const waysBack = ({ plan }: Pick<Rollout, "plan">): readonly string[] =>
  (plan.changes ?? []).map(({ what, back, reversible }) =>
    reversible && back !== null ? `${what}: ${back}` : `${what}: cannot be undone${back === null ? "" : ` (${back})`}`,
  );
