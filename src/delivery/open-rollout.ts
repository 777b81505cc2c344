import { RollwardError } from "../domain/errors.ts";
import type { Release } from "../domain/release/release.ts";
import { appendFacts } from "../domain/rollout/log.ts";
import { openingFacts } from "../domain/rollout/open-rollout.ts";
import type { RolloutPlan } from "../domain/rollout/plan.ts";
import type { Actor, Rollout, RolloutFact } from "../domain/rollout/rollout.ts";
import { channelAfter } from "../domain/rollout/route-of.ts";
import type { Channel } from "../domain/traffic/channel.ts";
import type { Delivery } from "./delivery.ts";
import { makeVisible } from "./take-decision.ts";

/** A rollout to open. */
export interface NewRollout {
  readonly channel: Channel;
  /** The candidate. */
  readonly release: Pick<Release, "id">;
  readonly plan: RolloutPlan;
  readonly actor: Actor;
  readonly reason: string;
  /** Whether it waits for the rollout under way to end. */
  readonly queued: boolean;
  /** Facts that follow the opening in the same decision. */
  readonly next?: readonly RolloutFact[];
}

/** Opens a rollout; the conductor starts it at its next look. Throws `rollout_conflict` when another was first. */
export async function openRollout(delivery: Delivery, opening: NewRollout): Promise<Rollout> {
  const { channel, release, plan, actor, reason, queued, next = [] } = opening;
  const rolloutId = delivery.ids.next("rol");
  const facts = [
    ...openingFacts({
      channel: channel.name,
      plan,
      stable: channel.stable,
      candidate: release.id,
      seed: delivery.ids.secret(32),
      waits: queued ? ["queue"] : [],
    }),
    ...next,
  ];
  const { events, rollout } = appendFacts(null, facts, { rolloutId, at: delivery.clock.now(), actor, reason });
  const moved = channelAfter(channel, rollout, facts);
  const result = await delivery.rollouts.append({ events, rollout, channel: moved, idempotencyKey: null });
  if (result !== "appended") {
    const { endpoint } = channel.name;
    throw new RollwardError("rollout_conflict", {
      reason: `Another rollout of ${endpoint} was opened at the same moment; look at it and apply again.`,
      endpoint,
    });
  }
  await makeVisible(delivery, { rollout, channel: moved ?? channel }, events);
  return rollout;
}
