import { RollwardError } from "../domain/errors.ts";
import type { TakenBack } from "../domain/rollout/way-back.ts";
import { formatDuration } from "../kit/duration.ts";
import type { Delivery } from "./delivery.ts";
import { nameOfRelease } from "./name-of-release.ts";

/**
 * Throws `already_rolled_back`: a release has just been rolled back, by itself or by a person, and nothing was promoted
 * since. What somebody wants to undo is undone, and one more rollback would go one release further back.
 */
export async function refuseUnheard(
  delivery: Pick<Delivery, "clock" | "releases">,
  endpoint: string,
  taken: TakenBack,
): Promise<never> {
  throw new RollwardError("already_rolled_back", {
    endpoint,
    candidate: await nameOfRelease(delivery, taken.left),
    stable: await nameOfRelease(delivery, taken.stable),
    by: taken.by,
    ago: formatDuration(Math.max(0, delivery.clock.now() - taken.at)),
  });
}
