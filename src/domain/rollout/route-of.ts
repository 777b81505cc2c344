import { canGoOnWith } from "../release/compatibility.ts";
import type { Release } from "../release/release.ts";
import type { Channel } from "../traffic/channel.ts";
import type { Draining, Preview, Route, ShadowRoute, Split, Withdrawn } from "../traffic/route.ts";
import { bakeShares } from "./bake-weight.ts";
import { leavingRule, stayingRule } from "./leaving-rule.ts";
import { isTerminal, isWithdrawing } from "./rollout.ts";
import type { Rollout, RolloutFact } from "./rollout.ts";

type Releases = ReadonlyMap<string, Release>;

/**
 * Where a channel's calls go: a pure function of its state. `rollout` is the one that the channel names
 * (`channel.rolloutId`), or one that has not started or has ended, which changes nothing.
 * Throws when the channel names another rollout than the one given, or a release is missing: half a state
 * would silently take the candidate out of traffic.
 */
export function routeOf(channel: Channel, rollout: Rollout | null, releases: Releases): Route {
  if (channel.rolloutId !== null && channel.rolloutId !== rollout?.id) {
    throw new Error(`The route of ${channel.name.endpoint} needs its rollout ${channel.rolloutId}.`);
  }
  const route = { channel: channel.name, epoch: channel.epoch, stable: releaseOf(releases, channel.stable) };
  if (rollout === null) return { ...route, split: null, draining: null };
  return {
    ...route,
    split: carriesCandidate(rollout) ? splitOf(rollout, releases) : null,
    draining: isDraining(rollout) ? drainingOf(rollout, releases) : null,
    ...(isShadowing(rollout) && { shadow: shadowOf(rollout, releases) }),
    ...(isPreviewed(rollout) && { preview: previewOf(rollout, releases) }),
    ...withdrawnOf(rollout, releases),
  };
}

/** Whether new sessions may go to the candidate beside the stable release. */
const carriesCandidate = ({ phase, pointerMoved, weight }: Rollout): boolean =>
  (phase === "ramping" || phase === "promoting") && !pointerMoved && weight > 0;

/** Whether the pointer has moved and the promotion is still watched, or old sessions run out; without either they move at once. */
const isDraining = ({ phase, pointerMoved, plan }: Rollout): boolean =>
  pointerMoved && (plan.drainMs > 0 || (plan.bakeMs ?? 0) > 0) && (phase === "promoting" || phase === "draining");

/** Whether copies of stable's calls go to the candidate. */
const isShadowing = ({ phase, plan }: Rollout): boolean => phase === "shadowing" && plan.shadow !== undefined;

/** Whether who asks for the candidate by name gets it: from the start to the switch. */
const isPreviewed = ({ phase, pointerMoved }: Rollout): boolean =>
  (phase === "shadowing" || phase === "ramping" || phase === "promoting") && !pointerMoved;

/** Whether sessions may go on with `next` that began with `before`. */
const fits = (before: Release, next: Release): boolean => canGoOnWith(before.content, next.content);

function splitOf(rollout: Rollout, releases: Releases): Split {
  const { plan, weight } = rollout;
  const [stable, candidate] = [releaseOf(releases, rollout.stable), releaseOf(releases, rollout.candidate)];
  return {
    rolloutId: rollout.id,
    seed: rollout.seed,
    candidate,
    weight,
    collecting: rollout.phase === "ramping" && weight < 1,
    ...(plan.target !== undefined && { target: plan.target }),
    ...(plan.sessions !== undefined && { onRollback: leavingRule(plan.sessions, fits(candidate, stable)) }),
  };
}

function drainingOf(rollout: Rollout, releases: Releases): Draining {
  const { plan, seed } = rollout;
  const [previous, promoted] = [releaseOf(releases, rollout.stable), releaseOf(releases, rollout.candidate)];
  const { bakeMs = 0, sessions } = plan;
  const shares = bakeMs > 0 ? bakeShares(plan) : null;
  const isOver = plan.drainMs === 0 || rollout.pinsDrained === true;
  const staying = isOver ? ({ rule: "next_turn", because: "plan" } as const) : undefined;
  return {
    rolloutId: rollout.id,
    previous,
    ...((isOver || sessions !== undefined) && {
      onPromotion: staying ?? stayingRule(sessions, fits(previous, promoted)),
    }),
    ...(shares !== null && { holdback: { seed, ...shares } }),
    ...(sessions !== undefined && { onRollback: leavingRule(sessions, fits(promoted, previous)) }),
  };
}

const shadowOf = ({ id, plan, seed, candidate }: Rollout, releases: Releases): ShadowRoute => ({
  rolloutId: id,
  candidate: releaseOf(releases, candidate),
  sample: plan.shadow?.sample ?? 0,
  seed,
});

const previewOf = ({ id, candidate }: Rollout, releases: Releases): Preview => ({
  rolloutId: id,
  candidate: releaseOf(releases, candidate),
});

/** A candidate that is being taken back while its sessions may not simply move. */
function withdrawnOf(rollout: Rollout, releases: Releases): { readonly withdrawn?: Withdrawn } {
  const { id, phase, plan } = rollout;
  if (!isWithdrawing(phase) || plan.sessions === undefined || plan.drainMs === 0) return {};
  const [stable, candidate] = [releaseOf(releases, rollout.stable), releaseOf(releases, rollout.candidate)];
  const handover = leavingRule(plan.sessions, fits(candidate, stable));
  return handover.rule === "next_turn" ? {} : { withdrawn: { rolloutId: id, candidate, handover } };
}

function releaseOf(releases: Releases, id: string): Release {
  const release = releases.get(id);
  if (release === undefined) throw new Error(`The release ${id} is missing from those given.`);
  return release;
}

/**
 * The channel after a decision: `rollout` is the snapshot after its `facts`. A rollout holds the channel from
 * its start to its end. `null` when the channel stays as it is.
 */
export function channelAfter(channel: Channel, rollout: Rollout, facts: readonly RolloutFact[]): Channel | null {
  const holds = rollout.startedAt !== null && !isTerminal(rollout.phase);
  const isOwn = holds || channel.rolloutId === rollout.id;
  if (!isOwn) return null;
  const moves = facts.filter((fact) => fact.type === "StablePointerMoved");
  // An end changes routes too: who did not decide it would drain for ever.
  const ends = channel.rolloutId === rollout.id && !holds;
  const epoch = Math.max(channel.epoch, rollout.epoch);
  const after: Channel = {
    name: channel.name,
    stable: moves.at(-1)?.to ?? channel.stable,
    epoch: ends && epoch === channel.epoch ? epoch + 1 : epoch,
    rolloutId: holds ? rollout.id : null,
  };
  const isSame =
    after.stable === channel.stable && after.epoch === channel.epoch && after.rolloutId === channel.rolloutId;
  return isSame ? null : after;
}
