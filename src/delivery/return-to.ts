import type { RolloutPlan } from "../domain/rollout/plan.ts";
import type { Actor, Rollout } from "../domain/rollout/rollout.ts";
import type { Channel } from "../domain/traffic/channel.ts";
import type { Delivery } from "./delivery.ts";
import { openRollout } from "./open-rollout.ts";

/** A return to an earlier release, without evidence and at once. */
export interface Return {
  readonly channel: Channel;
  /** Id of the release to return to. */
  readonly release: string;
  /** The plan of the promotion that is undone. */
  readonly plan: RolloutPlan;
  readonly actor: Actor;
  readonly reason: string;
}

/** Moves the stable pointer in one decision: a rollout of one step, promoted by a person's override. */
export function returnTo(delivery: Delivery, { channel, release, plan, actor, reason }: Return): Promise<Rollout> {
  const { shadow: _shadow, target: _target, ab: _ab, gates: _gates, ...terms } = plan;
  const atOnce: RolloutPlan = {
    ...terms,
    strategy: "canary",
    steps: [{ weight: 1, minDurationMs: 0, minSessions: 0, approval: false }],
    // Nobody stays on the release that is left, and what is made better next need not wait.
    drainMs: 0,
    holdback: 0,
    bakeMs: 0,
    warmMs: 0,
    onNewRelease: "queue",
  };
  return openRollout(delivery, {
    channel,
    release: { id: release },
    plan: atOnce,
    actor,
    reason,
    queued: false,
    next: [
      { type: "Started", stable: channel.stable },
      { type: "PromotionDecided", basis: "human_override", evidenceHash: null },
      { type: "StablePointerMoved", from: channel.stable, to: release, epoch: channel.epoch + 1 },
    ],
  });
}
