import type { Traffic } from "../domain/rollout/check-reach.ts";
import type { RolloutPlan } from "../domain/rollout/plan.ts";
import type { ChannelName } from "../domain/traffic/route.ts";
import type { Delivery } from "./delivery.ts";

const DAY_MS = 24 * 60 * 60_000;
/** A rollout that was watched for less says little about a day. */
const LEAST_OBSERVED_MS = 10 * 60_000;
/** Rollouts looked back on, newest first. */
const LOOK_BACK = 20;

/** The sessions of an endpoint: as its plan expects them, else as its last rollout saw them; `null` when nobody knows. */
export async function trafficOf(
  { rollouts }: Pick<Delivery, "rollouts">,
  channel: ChannelName,
  { sessionsPerDay }: Pick<RolloutPlan, "sessionsPerDay">,
): Promise<Traffic | null> {
  if (sessionsPerDay !== undefined) return { sessionsPerDay, source: "expected" };
  const past = await rollouts.list({ ...channel, limit: LOOK_BACK });
  for (const { reading, observedMs, unexposedMs = 0 } of past) {
    const exposedMs = observedMs - unexposedMs;
    if (reading === null || exposedMs < LEAST_OBSERVED_MS) continue;
    const sessions = reading.sessions.stable + reading.sessions.candidate;
    if (sessions > 0) return { sessionsPerDay: (sessions / exposedMs) * DAY_MS, source: "observed" };
  }
  return null;
}
