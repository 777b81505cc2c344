import type { HoldReason } from "../rollout/rollout.ts";

const HOLD_WORDS: Readonly<Record<HoldReason, string>> = {
  inconclusive: "the evidence is not conclusive yet",
  srm: "sessions are not split as they were drawn",
  no_data: "no sessions come",
  freeze: "rollouts are frozen",
  manual: "a person holds it",
  control_unhealthy: "the stable release is not well itself",
  provider_fault: "a provider fails",
  harm: "harm was proven",
  candidate_missing: "its release or one of its models is not there any more",
  gate: "a gate has failed",
  trigger: "a trigger fired",
};

/** Why a rollout holds, in words. */
export const holdWords = (holds: readonly HoldReason[]): string => holds.map((hold) => HOLD_WORDS[hold]).join("; ");
