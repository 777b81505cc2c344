import { formatDuration } from "../../kit/duration.ts";
import { formatShare } from "./describe-effect.ts";
import type { Rollout } from "./rollout.ts";

/** What a newer release waits for behind this rollout: completes the sentence "waits until …". */
export function explainQueue(rollout: Rollout): string {
  const { id, phase, plan, drainedMs, pointerMoved, startedAt, weight } = rollout;
  const { drainMs, bakeMs = 0 } = plan;
  if (startedAt === null) return `the rollout ${id}, which is queued before it, has ended`;
  if (phase === "rolling_back" || phase === "aborting") return `the candidate of ${id} is withdrawn`;
  if (pointerMoved || phase === "draining") {
    const leftMs = Math.max(0, Math.max(drainMs, bakeMs) - drainedMs);
    const left = leftMs === 0 ? "" : `, about ${formatDuration(leftMs)} from now`;
    return bakeMs > drainMs
      ? `the promotion by ${id} has been watched for long enough${left}`
      : `sessions that began before the promotion by ${id} have run out${left}`;
  }
  return phase === "promoting"
    ? `the promotion by ${id} is complete`
    : `the rollout ${id}, at ${formatShare(weight)} now, has ended`;
}
