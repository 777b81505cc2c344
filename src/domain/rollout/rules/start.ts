import type { Observation } from "../observation.ts";
import type { Rollout, RolloutFact, Wait } from "../rollout.ts";
import { STRATEGIES } from "../strategies/index.ts";

/**
 * Ends the waits that the world has ended and starts the rollout when none is left, the channel is free and
 * nothing is frozen. A candidate that has become stable meanwhile has nowhere to go and is cancelled.
 */
export function start(rollout: Rollout, observation: Observation): readonly RolloutFact[] {
  const { channelFree, frozen, channelStable } = observation;
  const isOver = (wait: Wait): boolean => (wait === "queue" && channelFree) || (wait === "freeze" && !frozen);
  const over: readonly RolloutFact[] = rollout.waits.filter(isOver).map((wait) => ({ type: "WaitEnded", wait }));
  if (over.length < rollout.waits.length || !channelFree || frozen) return over;
  if (channelStable === rollout.candidate) return [...over, { type: "Cancelled" }];
  return [...over, { type: "Started", stable: channelStable }, ...open(rollout, observation)];
}

/** The stage of copies where the plan has one, else the first step. */
const open = (rollout: Rollout, observation: Observation): readonly RolloutFact[] =>
  rollout.plan.shadow === undefined
    ? enterFirst(rollout, observation)
    : [{ type: "ShadowEntered", epoch: observation.nextEpoch }];

/** The first step of the ladder. */
export function enterFirst({ plan }: Rollout, { nextEpoch }: Observation): readonly RolloutFact[] {
  const first = STRATEGIES[plan.strategy].next(plan, -1);
  return first?.to === "step"
    ? [{ type: "StepEntered", step: first.step, weight: first.weight, epoch: nextEpoch }]
    : [];
}
