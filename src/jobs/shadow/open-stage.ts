import type { ShadowStage } from "../../domain/rollout/plan.ts";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import type { Clock } from "../../ports/clock.ts";
import type { PairJudge } from "../../ports/pair-judge.ts";
import type { NewShadowEntry } from "../../ports/shadow-store.ts";
import { PairJudging } from "./pair-judging.ts";
import type { PairJudgingTerms } from "./pair-judging.ts";
import { ShadowStageRun } from "./shadow-stage.ts";

/** What a stage is opened with. */
export interface OpenStageTerms extends Pick<PairJudgingTerms, "setAside"> {
  readonly judge: PairJudge;
  readonly clock: Clock;
  /** Takes what the judge says; false where there is no room. */
  readonly keep: (stage: ShadowStageRun, entry: NewShadowEntry) => boolean;
}

/** Of a rollout that never copied anything. */
export const NO_STAGE: ShadowStage = {
  sample: 1,
  minDurationMs: 0,
  minPairs: 0,
  deadlineMs: 0,
  budgetPico: null,
  tools: "stub",
};

/** A shadow stage on this server, with its judge of pairs where the plan has one. */
export function openStage(
  plan: ShadowStage,
  rollout: Rollout,
  { judge: asked, clock, setAside, keep }: OpenStageTerms,
): ShadowStageRun {
  const stage = new ShadowStageRun(plan, rollout);
  const judge = rollout.plan.metrics.find(({ metric }) => metric === "judge")?.judge;
  if (judge?.pairs === undefined) return stage;
  const rolloutId = rollout.id;
  stage.judging = new PairJudging(
    { ...judge, pairs: judge.pairs },
    {
      rolloutId,
      judge: asked,
      clock,
      evidence: stage.evidence,
      keep: (session, judgement) => keep(stage, { rolloutId, session, judgement }),
      setAside,
      skip: (why) => stage.skip(why),
      unpaid: (budget) => (stage.noRoomIn = budget),
    },
  );
  return stage;
}
