import { releaseName } from "../domain/release/release.ts";
import { explainRollout } from "../domain/rollout/explain.ts";
import { waysBack } from "../domain/rollout/gates/explain-gates.ts";
import { noticeOf } from "../domain/rollout/notices-of.ts";
import type { NoticeEvent, NotifyPlan } from "../domain/rollout/notice-plan.ts";
import type { Rollout, RolloutEvent } from "../domain/rollout/rollout.ts";
import type { Delivery } from "./delivery.ts";
import type { Gating } from "./gates/gating.ts";

const NOTING = "noting what people are to be told";

/**
 * Notes what a decision gives to tell, for those whom the plan names; sending is somebody else's work. A store that is
 * away loses a message and stops nothing: the decision is taken already.
 */
export async function noteNotices(
  delivery: Delivery,
  rollout: Rollout,
  events: readonly RolloutEvent[],
): Promise<void> {
  const listeners = (rollout.plan.notify ?? []).filter(({ webhook }) => webhook !== null);
  if (listeners.length === 0 || delivery.gating === null) return;
  const { notices } = delivery.gating;
  try {
    for (const event of events) {
      const what = noticeOf(rollout, event.fact);
      if (what !== null) await noteOne({ ...delivery, notices }, { rollout, event, what, listeners });
    }
    delivery.troubles.worked(NOTING);
  } catch (error) {
    delivery.troubles.failed(NOTING, error);
  }
}

interface Told {
  readonly rollout: Rollout;
  readonly event: RolloutEvent;
  readonly what: NoticeEvent;
  readonly listeners: readonly NotifyPlan[];
}

async function noteOne(
  { notices, releases }: Pick<Delivery, "releases"> & Pick<Gating, "notices">,
  { rollout, event, what, listeners }: Told,
): Promise<void> {
  const interested = listeners.filter(({ events }) => events.includes(what));
  if (interested.length === 0) return;
  const [candidate, stable] = await Promise.all([releases.byId(rollout.candidate), releases.byId(rollout.stable)]);
  const name = candidate === null ? rollout.candidate : releaseName(candidate);
  const body = {
    type: `rollout.${what}`,
    at: new Date(event.at).toISOString(),
    rollout: rollout.id,
    endpoint: rollout.channel.endpoint,
    environment: rollout.channel.environment,
    candidate: name,
    stable: stable === null ? rollout.stable : releaseName(stable),
    weight: rollout.weight,
    by: event.actor.kind === "machine" ? "machine" : event.actor.name,
    reason: event.reason,
    explanation: explainRollout(rollout, name),
    ways_back: waysBack(rollout),
  };
  for (const { name: listener, who } of interested) {
    await notices.add({
      id: `ntc_${rollout.id}_${event.seq}_${listener}`,
      rolloutId: rollout.id,
      name: listener,
      event: what,
      body: { ...body, who },
      tries: 0,
      dueAt: event.at,
      sentAt: null,
      givenUpAt: null,
      trouble: null,
    });
  }
}
