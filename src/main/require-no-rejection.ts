import type { Project } from "../config/project.ts";
import type { Delivery } from "../delivery/delivery.ts";
import { RollwardError } from "../domain/errors.ts";
import { releaseDigest } from "../domain/release/release-digest.ts";
import { onNewRelease } from "../domain/rollout/open-rollout.ts";
import { isWithdrawing } from "../domain/rollout/rollout.ts";

const MOST_OPEN = 100;

/**
 * Throws `rollout_conflict` when the rollout of one endpoint rejects newer releases: nothing of a project is applied
 * when a part of it cannot be. Endpoints that are left out anyway are not looked at.
 */
export async function requireNoRejection(
  { rollouts, releases }: Delivery,
  project: Project,
  leftOut: readonly string[],
): Promise<void> {
  for (const { name: endpoint, content } of project.endpoints.values()) {
    if (leftOut.includes(endpoint)) continue;
    const open = await rollouts.list({ endpoint, environment: project.environment, open: true, limit: MOST_OPEN });
    const rejecting = open.find((rollout) => onNewRelease(rollout) === "reject");
    if (rejecting === undefined) continue;
    // As `author` takes it: one that is being withdrawn is not on its way any more.
    const onItsWay = open.find(({ phase }) => !isWithdrawing(phase))?.candidate;
    const newest = await releases.byId(onItsWay ?? rejecting.stable);
    if (newest?.digest === releaseDigest(content)) continue;
    throw new RollwardError("rollout_conflict", {
      reason: `The rollout ${rejecting.id} of ${endpoint} is under way and its policy rejects newer releases; nothing was applied.`,
      endpoint,
    });
  }
}
