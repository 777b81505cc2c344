import { RollwardError } from "../domain/errors.ts";
import { releaseName } from "../domain/release/release.ts";
import { isReturn } from "../domain/rollout/is-return.ts";
import { isActive, isWithdrawing } from "../domain/rollout/rollout.ts";
import type { Actor, Rollout } from "../domain/rollout/rollout.ts";
import { servedRollout } from "../domain/traffic/route.ts";
import { formatDuration } from "../kit/duration.ts";
import { command } from "./command.ts";
import type { Delivery } from "./delivery.ts";
import { returnTo } from "./return-to.ts";

/** Who wants an endpoint rolled back, and why. */
export interface RollbackWish {
  readonly endpoint: string;
  readonly environment: string;
  readonly actor: Actor;
  readonly reason: string;
  /** Also right after a candidate was taken back by itself, when the pointer would move one release further back. */
  readonly again?: boolean;
}

/** For so long after a rollback by itself somebody who rolls back may not have heard of it, ms. */
const UNHEARD_MS = 60 * 60_000;

/** Outcomes that nobody told it. */
const BY_ITSELF: ReadonlySet<Rollout["outcome"]> = new Set(["harm", "trigger", "provider_fault"] as const);

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
  const all = await delivery.rollouts.list({ endpoint, environment, limit: 200 });
  // A return is no promotion to go back on: the command given twice must not bring the left release back.
  const rollouts = all.filter((rollout) => !isReturn(rollout));
  const active = rollouts.find(({ phase }) => isActive(phase) || isWithdrawing(phase));
  if (active !== undefined) {
    const back = { command: { type: "rollback" } as const, actor, reason, idempotencyKey: null };
    const rollout = await command(delivery, active.id, back);
    return { rollout, stable: rollout.stable };
  }
  if (wish.again !== true) await refuseUnheard(delivery, wish, rollouts[0]);
  const promoted = rollouts.find(({ outcome, candidate }) => outcome === "promoted" && candidate === channel.stable);
  if (promoted === undefined) {
    throw new RollwardError("rollout_conflict", {
      reason: `${endpoint} has no rollout under way and no promotion to return from.`,
      endpoint,
    });
  }
  const release = await delivery.releases.byId(promoted.stable);
  if (release === null || !delivery.isResolvable(release, environment)) {
    throw new RollwardError("rollout_conflict", {
      reason: `The release before it uses a model that is not configured any more; add its provider again and apply.`,
      endpoint,
    });
  }
  const rollout = await returnTo(delivery, { channel, release: promoted.stable, plan: promoted.plan, actor, reason });
  return { rollout, stable: promoted.stable };
}

/** Throws where the newest rollout has just been rolled back by itself: what somebody wants to undo is undone. */
async function refuseUnheard(
  { clock, releases }: Delivery,
  { endpoint }: RollbackWish,
  newest: Rollout | undefined,
): Promise<void> {
  if (newest === undefined || newest.endedAt === null || !BY_ITSELF.has(newest.outcome)) return;
  const passedMs = Math.max(0, clock.now() - newest.endedAt);
  if (passedMs > UNHEARD_MS) return;
  const nameOf = async (id: string): Promise<string> => {
    const release = await releases.byId(id);
    return release === null ? id : releaseName(release);
  };
  throw new RollwardError("already_rolled_back", {
    endpoint,
    candidate: await nameOf(newest.candidate),
    stable: await nameOf(newest.stable),
    ago: formatDuration(passedMs),
  });
}

/** Rolls back the rollout that gets traffic here, without asking the store which one that is; `null` when none does. */
async function rollBackServed(delivery: Delivery, wish: RollbackWish): Promise<Rollout | null> {
  const { actor, reason } = wish;
  const route = delivery.routes.byChannel(wish);
  const rolloutId = route === undefined ? null : servedRollout(route);
  if (rolloutId === null) return null;
  try {
    return await command(delivery, rolloutId, { command: { type: "rollback" }, actor, reason, idempotencyKey: null });
  } catch (error) {
    // It completed at this very moment: then its promotion is what is to be undone.
    if (error instanceof RollwardError && error.code === "rollout_conflict") return null;
    throw error;
  }
}
