import { RollwardError } from "../domain/errors.ts";
import type { Origin } from "../domain/release/origin.ts";
import { releaseName } from "../domain/release/release.ts";
import type { Release, ReleaseContent } from "../domain/release/release.ts";
import { attemptLevel } from "../domain/rollout/attempt-level.ts";
import { explainQueue } from "../domain/rollout/explain-queue.ts";
import type { HeldBack } from "../domain/rollout/held-back.ts";
import { makesWay, onNewRelease } from "../domain/rollout/open-rollout.ts";
import type { RolloutPlan } from "../domain/rollout/plan.ts";
import type { CostTerms } from "../domain/rollout/waive-free-cost.ts";
import { isTerminal, isWithdrawing } from "../domain/rollout/rollout.ts";
import type { Actor, Rollout } from "../domain/rollout/rollout.ts";
import type { Channel } from "../domain/traffic/channel.ts";
import { command } from "./command.ts";
import type { Delivery } from "./delivery.ts";
import { findHeldBack } from "./find-held-back.ts";
import { freezeContent } from "./freeze-content.ts";
import { openRollout } from "./open-rollout.ts";
import { pricedPlan } from "./priced-plan.ts";
import { publishRoutes } from "./publish-routes.ts";

/** What one endpoint of a project asks for. */
export interface Authored {
  readonly environment: string;
  readonly content: ReleaseContent;
  readonly plan: RolloutPlan;
  /** Absent where nobody knows prices. */
  readonly costs?: CostTerms;
  readonly actor: Actor;
  /** Shown as the release's author. */
  readonly author: string;
  /** Where the content comes from; absent where nobody said. */
  readonly origin?: Origin;
  /** Why it goes out; absent: it was applied. */
  readonly reason?: string;
  /** Also where the release is held back; absent: such a one is held back until somebody says so. */
  readonly again?: boolean;
}

/** What applying an endpoint did. */
export interface AuthorResult {
  readonly endpoint: string;
  readonly release: Release;
  /**
   * `first`: stable at once, there is nothing to compare with. `queued`: waits for the rollout under way. `back`: it is the
   * stable release, and what was on its way ended. `held_back`: it went back before, and nobody said that it is to go out again.
   */
  readonly outcome: "unchanged" | "first" | "rollout" | "queued" | "back" | "held_back";
  readonly rolloutId: string | null;
  /** For `queued`: completes the sentence "waits until …". */
  readonly waitsUntil: string | null;
  /** For `held_back`: how it went back. */
  readonly heldBack?: HeldBack;
  /** For `back`: the rollouts that ended. */
  readonly ended?: readonly Pick<Rollout, "id" | "candidate">[];
}

/**
 * Freezes content into a release and opens a rollout by the endpoint's policy. Content that is stable
 * already, or on its way, changes nothing; neither does content that was rolled back or aborted, unless `again` says so.
 * Throws `rollout_conflict` when the policy of the rollout under way is to reject newer releases.
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
  // One that is being withdrawn is not on its way any more.
  const newest = open.find(({ phase }) => !isWithdrawing(phase));
  const nothing = { endpoint, release, rolloutId: null, waitsUntil: null } as const;
  if ((newest?.candidate ?? channel.stable) === release.id) {
    return { ...nothing, outcome: "unchanged", rolloutId: newest?.id ?? null };
  }
  const isStable = channel.stable === release.id;
  const held = isStable ? null : await findHeldBack(delivery, channel.name, release.id);
  if (held !== null && authored.again !== true) return { ...nothing, outcome: "held_back", heldBack: held };
  // Before it can serve anybody: no release serves that nobody knows the origin of.
  await noteOrigin(delivery, authored, { release, parent: channel.stable });
  const before = await makeWay(delivery, { authored, release, open, isStable });
  // Superseding may have moved the channel on.
  const now = (await delivery.rollouts.channel(channel.name)) ?? channel;
  // What is being withdrawn makes room for the stable release by itself.
  const isClear = before === null || (isStable && makesWay(open) && isWithdrawing(before.phase));
  if (isClear && now.stable === release.id) {
    return { ...nothing, outcome: "back", ended: open.filter(({ phase }) => !isWithdrawing(phase)) };
  }
  const { plan } = await pricedPlan(delivery, channel.name, authored);
  const rollout = await openRollout(delivery, {
    channel: now,
    release,
    plan: await budgetedPlan(delivery, { channel, release, plan }),
    actor: authored.actor,
    reason: authored.reason ?? `${releaseName(release)} was applied${held === null ? "" : " again"}.`,
    queued: before !== null,
  });
  const waitsUntil = before === null ? null : explainQueue(before);
  return { ...nothing, outcome: before === null ? "rollout" : "queued", rolloutId: rollout.id, waitsUntil };
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

/** A release that others make way for. */
interface Coming {
  readonly authored: Authored;
  readonly release: Release;
  /** Whether it is the one that is stable. */
  readonly isStable: boolean;
}

/**
 * Applies the open rollouts' policies for newer releases, newest first; answers what the new one has to wait for, or
 * `null`. One that rejects is heard before any makes way, so that a refused release changes nothing.
 */
async function makeWay(
  delivery: Delivery,
  { open, ...coming }: Coming & { readonly open: readonly Rollout[] },
): Promise<Rollout | null> {
  const rejecting = open.find((rollout) => onNewRelease(rollout) === "reject");
  if (rejecting !== undefined) {
    throw new RollwardError("rollout_conflict", {
      reason: `The rollout ${rejecting.id} is under way and its policy rejects newer releases; ${releaseName(coming.release)} is kept but not rolled out.`,
      endpoint: coming.release.endpoint,
    });
  }
  let before = open.find((rollout) => onNewRelease(rollout) === "queue") ?? null;
  for (const { id } of open.filter((rollout) => onNewRelease(rollout) === "supersede")) {
    before = (await supersede(delivery, id, coming)) ?? before;
  }
  return before;
}

/** Supersedes a rollout; answers it when it has been promoted or withdrawn meanwhile and must be waited for. */
async function supersede(
  delivery: Delivery,
  rolloutId: string,
  { authored, release, isStable }: Coming,
): Promise<Rollout | null> {
  const wish = { command: { type: "supersede", by: release.id }, actor: authored.actor } as const;
  const name = releaseName(release);
  const reason = isStable ? `${name}, which is stable, was applied.` : `${name} is newer.`;
  try {
    await command(delivery, rolloutId, { ...wish, reason, idempotencyKey: null });
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
