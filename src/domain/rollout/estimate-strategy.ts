import { formatDuration } from "../../kit/duration.ts";
import type { AbReading } from "../evidence/ab-evidence.ts";
import type { Reading } from "../evidence/evidence.ts";
import { estimateLadder } from "./estimate-ladder.ts";
import type { LadderEstimate, Progress } from "./estimate-ladder.ts";
import type { ShadowStage } from "./plan.ts";
import type { Rollout } from "./rollout.ts";

/** What an estimate leads up to: the promotion, the verdict of a test, or what follows a step without traffic. */
export type EstimateEnd = "promotion" | "verdict" | "next_step";

/** How much longer a rollout takes, and to what; or, in a sentence, why nobody can tell. */
export type RolloutEstimate =
  | (Extract<LadderEstimate, { readonly steps: unknown }> & { readonly until: EstimateEnd })
  | { readonly unknown: string };

/** What an estimate is made from. */
export interface EstimateTerms {
  readonly reading: Reading;
  readonly progress: Progress;
  /** A/B tests only. */
  readonly ab: Pick<AbReading, "sessions"> | null;
}

/**
 * How much longer a rollout in its shadow stage or on its steps takes, by its strategy; see `estimateLadder` for what the
 * estimate assumes.
 */
export function estimateRollout(rollout: Rollout, terms: EstimateTerms): RolloutEstimate {
  const { plan, step, weight } = rollout;
  if (plan.shadow !== undefined && rollout.phase === "shadowing") return estimateShadow(plan.shadow, terms.progress);
  if (plan.ab !== undefined) return estimateTest(plan.ab.sessions - (terms.ab?.sessions ?? 0), weight, terms.progress);
  if (weight === 0 && step >= 0) return estimatePreview(rollout, terms.progress);
  if (plan.steps.at(-1)?.weight !== 1) {
    return { unknown: "This flag ends below 100 %: it stays until a person promotes it or takes it back." };
  }
  const estimate = estimateLadder(rollout, terms.reading, terms.progress);
  return "unknown" in estimate ? estimate : { ...estimate, until: "promotion" };
}

/** At the latest: a winner may be proven any time before. */
function estimateTest(left: number, weight: number, { sessionsPerSecond }: Progress): RolloutEstimate {
  if (!(sessionsPerSecond > 0)) return { unknown: "No sessions yet, so there is no estimate." };
  const sessions = Math.max(0, left);
  const ms = Math.ceil((sessions / sessionsPerSecond) * 1_000);
  return { steps: [{ weight, sessions, ms, waitsFor: "sessions" }], sessions, ms, until: "verdict" };
}

/** How fast copies prove anything is not known here; the stage's own bounds are. */
function estimateShadow({ minDurationMs, deadlineMs }: ShadowStage, { stepObservedMs }: Progress): RolloutEstimate {
  const [least = 0, most = 0] = [minDurationMs, deadlineMs].map((ms) => Math.max(0, ms - stepObservedMs));
  const atLeast = least === 0 ? "" : `${formatDuration(least)} at least and `;
  return { unknown: `The stage of copies takes another ${atLeast}${formatDuration(most)} at most.` };
}

function estimatePreview({ plan, step }: Rollout, { stepObservedMs }: Progress): RolloutEstimate {
  const here = plan.steps[step];
  const ms = Math.max(0, (here?.minDurationMs ?? 0) - stepObservedMs);
  if (here?.approval === true) {
    return { unknown: "Nobody is given the candidate yet: a person decides when it goes on." };
  }
  if (ms === 0) return { unknown: "Nobody is given the candidate yet: it goes on when its gates are clear." };
  return { steps: [{ weight: 0, sessions: 0, ms, waitsFor: "time" }], sessions: 0, ms, until: "next_step" };
}
