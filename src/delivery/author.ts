import { RollwardError } from "../domain/errors.ts";
import type { Origin } from "../domain/release/origin.ts";
import { releaseName } from "../domain/release/release.ts";
import type { Release, ReleaseContent } from "../domain/release/release.ts";
import { attemptLevel } from "../domain/rollout/attempt-level.ts";
import { explainQueue } from "../domain/rollout/explain-queue.ts";
import { onNewRelease } from "../domain/rollout/open-rollout.ts";
import type { RolloutPlan } from "../domain/rollout/plan.ts";
import { isTerminal } from "../domain/rollout/rollout.ts";
import type { Actor, Rollout } from "../domain/rollout/rollout.ts";
import type { Channel } from "../domain/traffic/channel.ts";
import { command } from "./command.ts";
import type { Delivery } from "./delivery.ts";
import { freezeContent } from "./freeze-content.ts";
import { openRollout } from "./open-rollout.ts";
import { publishRoutes } from "./publish-routes.ts";

/** What one endpoint of a project asks for. */
export interface Authored {
  readonly environment: string;
  readonly content: ReleaseContent;
  readonly plan: RolloutPlan;
  readonly actor: Actor;
  /** Shown as the release's author. */
  readonly author: string;
  /** Where the content comes from; absent where nobody said. */
  readonly origin?: Origin;
  /** Why it goes out; absent: it was applied. */
  readonly reason?: string;
}

/** What applying an endpoint did. */
export interface AuthorResult {
  readonly endpoint: string;
  readonly release: Release;
  /** `first`: stable at once, there is nothing to compare with. `queued`: waits for the rollout under way. */
  readonly outcome: "unchanged" | "first" | "rollout" | "queued";
  readonly rolloutId: string | null;
  /** For `queued`: completes the sentence "waits until …". */
  readonly waitsUntil: string | null;
}

/**
 * Freezes content into a release and opens a rollout by the endpoint's policy. Content that is stable
 * already, or on its way, changes nothing. Throws `rollout_conflict` when the policy of the rollout
 * under way is to reject newer releases.
 */
export async function author(delivery: Delivery, authored: Authored): Promise<AuthorResult> {
  const { content, environment } = authored;
  const { endpoint } = content;
  const release = await freezeContent(delivery, content, authored.author);
  const channel = await delivery.rollouts.channel({ endpoint, environment });
  if (channel === null) {
    await noteOrigin(delivery, authored, { release, parent: null });
    const opened = await delivery.rollouts.openChannel({ endpoint, environment }, release.id);
    await publishRoutes(delivery, opened, null);
    return { endpoint, release, outcome: "first", rolloutId: null, waitsUntil: null };
  }
  const open = await openRollouts(delivery, channel);
  const newest = open[0];
  if (newest === undefined ? channel.stable === release.id : newest.candidate === release.id) {
    return { endpoint, release, outcome: "unchanged", rolloutId: newest?.id ?? null, waitsUntil: null };
  }
  // Before it can serve anybody: no release serves that nobody knows the origin of.
  await noteOrigin(delivery, authored, { release, parent: channel.stable });
  const before = await makeWay(delivery, { authored, release, open });
  const plan = await budgetedPlan(delivery, { channel, release, plan: authored.plan });
  const reason = authored.reason ?? `${releaseName(release)} was applied.`;
  // Superseding may have moved the channel on.
  const now = (await delivery.rollouts.channel(channel.name)) ?? channel;
  const rollout = await openRollout(delivery, {
    channel: now,
    release,
    plan,
    actor: authored.actor,
    reason,
    queued: before !== null,
  });
  const waitsUntil = before === null ? null : explainQueue(before);
  return { endpoint, release, outcome: before === null ? "rollout" : "queued", rolloutId: rollout.id, waitsUntil };
}

async function noteOrigin(
  { versions, clock }: Delivery,
  { environment, origin, actor, author, reason }: Authored,
  { release, parent }: { readonly release: Release; readonly parent: string | null },
): Promise<void> {
  const by = actor.kind === "key" ? actor.name : author;
  const note = { releaseId: release.id, environment, origin: origin ?? null, parent, by, reason: reason ?? null };
  await versions?.note({ ...note, at: clock.now() });
}

/** Newest first. */
const openRollouts = (delivery: Delivery, { name }: Channel): Promise<readonly Rollout[]> =>
  delivery.rollouts.list({ ...name, open: true, limit: 100 });

/**
 * Applies the open rollouts' policies for newer releases, newest first; answers what the new one has to wait for, or
 * `null`. One that rejects is heard before any makes way, so that a refused release changes nothing.
 */
async function makeWay(
  delivery: Delivery,
  { authored, release, open }: { authored: Authored; release: Release; open: readonly Rollout[] },
): Promise<Rollout | null> {
  const rejecting = open.find((rollout) => onNewRelease(rollout) === "reject");
  if (rejecting !== undefined) {
    throw new RollwardError("rollout_conflict", {
      reason: `The rollout ${rejecting.id} is under way and its policy rejects newer releases; ${releaseName(release)} is kept but not rolled out.`,
      endpoint: release.endpoint,
    });
  }
  let before = open.find((rollout) => onNewRelease(rollout) === "queue") ?? null;
  for (const { id } of open.filter((rollout) => onNewRelease(rollout) === "supersede")) {
    before = (await supersede(delivery, id, { authored, release })) ?? before;
  }
  return before;
}

/** Supersedes a rollout; answers it when it has been promoted or withdrawn meanwhile and must be waited for. */
async function supersede(
  delivery: Delivery,
  rolloutId: string,
  { authored, release }: { authored: Authored; release: Release },
): Promise<Rollout | null> {
  const wish = { command: { type: "supersede", by: release.id }, actor: authored.actor } as const;
  try {
    await command(delivery, rolloutId, { ...wish, reason: `${releaseName(release)} is newer.`, idempotencyKey: null });
    return null;
  } catch (error) {
    const now = await delivery.rollouts.byId(rolloutId);
    const isLate = error instanceof RollwardError && error.code === "rollout_conflict";
    if (!isLate || now === null || onNewRelease(now) !== "queue") throw error;
    return isTerminal(now.phase) ? null : now;
  }
}

/** Every attempt of one candidate has its own part of β. The rollback level stays as it is. */
async function budgetedPlan(
  delivery: Delivery,
  { channel, release, plan }: { channel: Channel; release: Release; plan: RolloutPlan },
): Promise<RolloutPlan> {
  const earlier = await delivery.rollouts.list({ ...channel.name, limit: 1_000 });
  const attempts = earlier.filter(({ candidate, startedAt }) => candidate === release.id && startedAt !== null).length;
  const attempt = attempts + 1;
  return { ...plan, beta: attemptLevel(plan.beta, attempt) };
}
