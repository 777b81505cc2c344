import type { Observation } from "./observation.ts";
import { applyFact } from "./reduce.ts";
import { isTerminal } from "./rollout.ts";
import type { Rollout, RolloutFact } from "./rollout.ts";
import { acknowledge } from "./rules/acknowledge.ts";
import { certify } from "./rules/certify.ts";
import { fireTriggers } from "./rules/fire-triggers.ts";
import { judgeHarm } from "./rules/judge-harm.ts";
import { keepHolds } from "./rules/keep-holds.ts";
import { move } from "./rules/move.ts";
import { isWorthRecording, observeTime } from "./rules/observe-time.ts";
import { reachDeadline } from "./rules/reach-deadline.ts";
import { asProven } from "./rules/provider-fault.ts";
import type { Rule } from "./rules/rule.ts";
import { settleGates } from "./rules/settle-gates.ts";
import { withEvidence } from "./rules/with-evidence.ts";

/** In this order: harm comes before anything that could raise the weight, moving on comes last. */
const RULES: readonly Rule[] = [
  observeTime,
  judgeHarm,
  fireTriggers,
  acknowledge,
  certify,
  reachDeadline,
  settleGates,
  keepHolds,
  move,
];

/**
 * The machine's next facts, [] when nothing is due. At most one StepEntered per call, and nothing after a
 * change of phase: each step of a promotion is a decision of its own, so that a crash between two resumes.
 * Level-triggered: with its facts reduced and the same observation (`observedMs` 0) it comes to rest.
 */
export function decide(rollout: Rollout, observation: Observation): readonly RolloutFact[] {
  if (isTerminal(rollout.phase)) return [];
  const facts: RolloutFact[] = [];
  let state = rollout;
  let seen = observation;
  for (const rule of RULES) {
    if (rule === judgeHarm) seen = asProven(state, observation);
    const due = rule(state, seen);
    // The draft is thrown away, so its times do not matter.
    for (const fact of due) state = applyFact(state, fact, rollout.createdAt);
    facts.push(...due);
    if (state.phase !== rollout.phase) break;
  }
  if (facts.every(({ type }) => type === "TimeObserved") && !isWorthRecording(rollout, observation)) return [];
  return withEvidence(facts, seen);
}
