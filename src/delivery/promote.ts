import { RollwardError } from "../domain/errors.ts";
import { releaseName } from "../domain/release/release.ts";
import type { ModelTarget, Release, ReleaseContent } from "../domain/release/release.ts";
import type { RolloutPlan } from "../domain/rollout/plan.ts";
import type { CostTerms } from "../domain/rollout/waive-free-cost.ts";
import { isTerminal } from "../domain/rollout/rollout.ts";
import type { Actor } from "../domain/rollout/rollout.ts";
import type { Channel } from "../domain/traffic/channel.ts";
import { author } from "./author.ts";
import { freezeContent } from "./freeze-content.ts";
import type { AuthorResult } from "./author.ts";
import type { Delivery } from "./delivery.ts";

/** Which release is to leave an environment for the next. */
export interface PromotionSource {
  readonly endpoint: string;
  readonly from: string;
  /** Number of the release; `null` is what is stable there. */
  readonly number: number | null;
  /** Why one that is not stable there may leave all the same; `null` where nobody says so. */
  readonly forceReason: string | null;
}

/** What is configured where a release is to go. */
export interface PromotionTarget {
  readonly to: string;
  /** The policy of the endpoint there; `null` where it is not configured. */
  readonly plan: RolloutPlan | null;
  /** What is known of costs there; absent where nobody knows prices. */
  readonly costs?: CostTerms;
  /** Models of the release that are not configured there. */
  readonly missing: readonly ModelTarget[];
}

/** A release on its way from one environment into another. */
export interface Promotion {
  readonly from: string;
  readonly content: ReleaseContent;
  /** Shown as its author where it is not known yet. */
  readonly author: string;
  readonly target: PromotionTarget;
  readonly actor: Actor;
  /** `null` says where it comes from. */
  readonly reason: string | null;
}

/**
 * The release that may leave an environment: stable there and not on its way. Throws `promotion_refused` with what
 * stands against it, `endpoint_not_found` or `release_not_found`.
 */
export async function findPromotable(delivery: Delivery, source: PromotionSource): Promise<Release> {
  const { endpoint, from, number, forceReason } = source;
  const channel = await requireChannel(delivery, source);
  const stable = await requireRelease(delivery, channel.stable);
  const release = number === null ? stable : await delivery.releases.byNumber(endpoint, number);
  if (release === null) throw new RollwardError("release_not_found", { release: `${endpoint}@${number}` });
  const open = await delivery.rollouts.list({ endpoint, environment: from, open: true, limit: 100 });
  const own = open.find(({ candidate }) => candidate === release.id);
  if (own !== undefined) {
    const share = `${Math.round(own.weight * 100)} % of new sessions`;
    throw refused(
      endpoint,
      `${from} is itself still rolling ${releaseName(release)} out (${own.id}, ${own.phase}, ${share}); promote it when that has ended.`,
    );
  }
  if (release.id !== stable.id && forceReason === null) {
    throw refused(
      endpoint,
      `${releaseName(release)} is not stable in ${from}: ${releaseName(stable)} is. Promote that, or say with a force reason why this one goes without having proven itself there.`,
    );
  }
  return release;
}

/**
 * Opens a rollout of the same content in another environment, by the policy there; the first release of an endpoint
 * serves at once. Throws `promotion_refused` where it could not serve there, or does already.
 */
export async function promote(delivery: Delivery, promotion: Promotion): Promise<AuthorResult> {
  const { from, content, target, actor, reason } = promotion;
  const { endpoint } = content;
  const { to, plan, missing } = target;
  if (from === to) throw refused(endpoint, `A release goes from one environment to another one; both are ${to}.`);
  if (plan === null) {
    throw refused(
      endpoint,
      `The project of ${to} has no endpoint ${endpoint}, so there is no policy by which it goes out; declare it and run \`rollward apply --environment ${to}\`.`,
    );
  }
  if (missing.length > 0) {
    const names = missing.map(({ provider, model }) => `${provider}/${model}`).join(", ");
    throw refused(endpoint, `${to} has not configured what the release calls: ${names}.`);
  }
  await requireNew(delivery, promotion);
  return author(delivery, {
    environment: to,
    content,
    plan,
    ...(target.costs !== undefined && { costs: target.costs }),
    actor,
    author: promotion.author,
    reason: reason ?? `It was promoted from ${from}.`,
    // Who promotes names this release and this environment.
    again: true,
  });
}

/** Whoever serves it already, or is about to, needs no second rollout of the same. */
async function requireNew(delivery: Delivery, { content, target, author: by }: Promotion): Promise<void> {
  const { endpoint } = content;
  const { to: environment } = target;
  const channel = await delivery.rollouts.channel({ endpoint, environment });
  if (channel === null) return;
  const release = await freezeContent(delivery, content, by);
  const open = await delivery.rollouts.list({ endpoint, environment, open: true, limit: 100 });
  const own = open.find(({ candidate, phase }) => candidate === release.id && !isTerminal(phase));
  if (own !== undefined) {
    throw refused(endpoint, `${environment} is rolling ${releaseName(release)} out already (${own.id}, ${own.phase}).`);
  }
  if (channel.stable === release.id) {
    throw refused(endpoint, `${environment} serves ${releaseName(release)} already.`);
  }
}

async function requireChannel(delivery: Delivery, { endpoint, from }: PromotionSource): Promise<Channel> {
  const channel = await delivery.rollouts.channel({ endpoint, environment: from });
  if (channel !== null) return channel;
  const there = (await delivery.rollouts.channels()).filter(({ name }) => name.environment === from);
  const known = there.map(({ name }) => name.endpoint).join(", ") || "none";
  throw new RollwardError("endpoint_not_found", { endpoint, known });
}

async function requireRelease({ releases }: Delivery, id: string): Promise<Release> {
  const release = await releases.byId(id);
  if (release === null) throw new Error(`The release ${id} is missing from the store.`);
  return release;
}

const refused = (endpoint: string, reason: string): RollwardError =>
  new RollwardError("promotion_refused", { reason, endpoint });
