import { RollwardError } from "../domain/errors.ts";
import { releaseName } from "../domain/release/release.ts";
import type { Actor, Rollout } from "../domain/rollout/rollout.ts";
import { wayBack } from "../domain/rollout/way-back.ts";
import type { TakenBack, WayBack } from "../domain/rollout/way-back.ts";
import type { Channel } from "../domain/traffic/channel.ts";
import { servedCandidate, servedRollout } from "../domain/traffic/route.ts";
import { formatDuration } from "../kit/duration.ts";
import { command } from "./command.ts";
import type { Delivery } from "./delivery.ts";
import { nameOfRelease } from "./name-of-release.ts";
import { refuseUnheard } from "./refuse-unheard.ts";
import { returnTo } from "./return-to.ts";

/** Who wants an endpoint rolled back, and why. */
export interface RollbackWish {
  readonly endpoint: string;
  readonly environment: string;
  readonly actor: Actor;
  readonly reason: string;
  /** Also right after a release was rolled back, when the pointer would move one release further back. */
  readonly again?: boolean;
  /** Name of the release that is to be rolled back; absent is whichever it is by then. */
  readonly from?: string;
}

/** Rollouts of an endpoint that are looked through for the way back. */
export const MOST_ROLLOUTS = 200;

/**
 * One command for three in the morning: rolls back the rollout under way, or, when none is, returns to
 * the release before the last promotion. `stable` is the release id that serves when it resolves.
 */
export async function rollBack(
  delivery: Delivery,
  wish: RollbackWish,
): Promise<{ readonly rollout: Rollout; readonly stable: string }> {
  const served = await rollBackServed(delivery, wish);
  if (served !== null) return { rollout: served, stable: served.stable };
  const { endpoint, environment, actor, reason } = wish;
  const channels = (await delivery.rollouts.channels()).filter(({ name }) => name.environment === environment);
  const channel = channels.find(({ name }) => name.endpoint === endpoint);
  if (channel === undefined) {
    const known = channels.map(({ name }) => name.endpoint).join(", ");
    throw new RollwardError("endpoint_not_found", { endpoint, known: known || "none" });
  }
  const rollouts = await delivery.rollouts.list({ endpoint, environment, limit: MOST_ROLLOUTS });
  const way = wayBack({ rollouts, stable: channel.stable, now: delivery.clock.now() });
  if (way.way === "take-back") {
    requireLeft(wish, await nameOfRelease(delivery, way.rollout.candidate));
    const back = { command: { type: "rollback" } as const, actor, reason, idempotencyKey: null };
    const rollout = await command(delivery, way.rollout.id, back);
    return { rollout, stable: rollout.stable };
  }
  return goBack(delivery, { wish, channel, way });
}

interface GoingBack {
  readonly wish: RollbackWish;
  readonly channel: Channel;
  readonly way: Extract<WayBack, { readonly way: "return" }>;
}

/** Returns to the release before the last promotion. */
async function goBack(
  delivery: Delivery,
  { wish, channel, way: { promoted, taken } }: GoingBack,
): Promise<{ readonly rollout: Rollout; readonly stable: string }> {
  const { endpoint, environment, actor, reason } = wish;
  const release = promoted === null ? null : await delivery.releases.byId(promoted.stable);
  const canReturn = release !== null && delivery.isResolvable(release, environment);
  // Where there is nothing to go back to, nobody is asked whether that is meant.
  if (canReturn && taken !== null && wish.again !== true) return refuseUnheard(delivery, endpoint, taken);
  requireLeft(wish, await nameOfRelease(delivery, channel.stable));
  const already = taken === null ? "" : `${await heardOf(delivery, endpoint, taken)} `;
  if (promoted === null) {
    const none = `${endpoint} has no rollout under way and no promotion to return from.`;
    const further = `${already}There is no promotion before it to return from.`;
    throw new RollwardError("rollout_conflict", { reason: taken === null ? none : further, endpoint });
  }
  if (!canReturn) {
    const gone =
      "The release before it uses a model that is not configured any more; add its provider again and apply.";
    throw new RollwardError("rollout_conflict", { reason: `${already}${gone}`, endpoint });
  }
  const rollout = await returnTo(delivery, { channel, release: promoted.stable, plan: promoted.plan, actor, reason });
  return { rollout, stable: promoted.stable };
}

/** "bot@3 was rolled back by Ada 37 s ago, and bot is served by bot@2." */
async function heardOf(delivery: Delivery, endpoint: string, { left, stable, at, by }: TakenBack): Promise<string> {
  const ago = formatDuration(Math.max(0, delivery.clock.now() - at));
  return `${await nameOfRelease(delivery, left)} was rolled back by ${by} ${ago} ago, and ${endpoint} is served by ${await nameOfRelease(delivery, stable)}.`;
}

/** Rolls back the rollout that gets traffic here, without asking the store which one that is; `null` when none does. */
async function rollBackServed(delivery: Delivery, wish: RollbackWish): Promise<Rollout | null> {
  const { actor, reason } = wish;
  const route = delivery.routes.byChannel(wish);
  if (route === undefined) return null;
  const [rolloutId, candidate] = [servedRollout(route), servedCandidate(route)];
  if (rolloutId === null || candidate === null) return null;
  // Something else is under way than was meant: the store says what.
  if (wish.from !== undefined && wish.from !== releaseName(candidate)) return null;
  try {
    return await command(delivery, rolloutId, { command: { type: "rollback" }, actor, reason, idempotencyKey: null });
  } catch (error) {
    // It completed at this very moment: then its promotion is what is to be undone.
    if (error instanceof RollwardError && error.code === "rollout_conflict") return null;
    throw error;
  }
}

/** Throws where another release would be rolled back than the one that was meant. */
function requireLeft({ endpoint, from }: RollbackWish, left: string): void {
  if (from === undefined || from === left) return;
  const reason = `A rollback of ${endpoint} rolls ${left} back by now, not ${from}. Nothing was changed; look again.`;
  throw new RollwardError("rollout_conflict", { reason, endpoint });
}
