import type { RolloutEvent } from "../domain/rollout/rollout.ts";
import type { Delivery } from "./delivery.ts";

/** Events read at once. */
const PAGE = 1_000;

/** The whole log of a rollout, oldest first; [] when there is no such rollout. */
export async function readLog(
  { rollouts }: Pick<Delivery, "rollouts">,
  rolloutId: string,
): Promise<readonly RolloutEvent[]> {
  const events: RolloutEvent[] = [];
  for (;;) {
    const page = await rollouts.events(rolloutId, events.at(-1)?.seq ?? 0, PAGE);
    events.push(...page);
    if (page.length < PAGE) return events;
  }
}
