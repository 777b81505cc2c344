import type { Release } from "../release/release.ts";
import type { Channel } from "../traffic/channel.ts";
import type { Route, Split } from "../traffic/route.ts";
import { isTerminal } from "./rollout.ts";
import type { Rollout, RolloutFact } from "./rollout.ts";

/**
 * Where a channel's calls go: a pure function of its state. `rollout` is the one that the channel names
 * (`channel.rolloutId`), or one that has not started or has ended, which changes nothing.
 * Throws when the channel names another rollout than the one given, or a release is missing: half a state
 * would silently take the candidate out of traffic.
 */
export function routeOf(channel: Channel, rollout: Rollout | null, releases: ReadonlyMap<string, Release>): Route {
  if (channel.rolloutId !== null && channel.rolloutId !== rollout?.id) {
    throw new Error(`The route of ${channel.name.endpoint} needs its rollout ${channel.rolloutId}.`);
  }
  return {
    channel: channel.name,
    epoch: channel.epoch,
    stable: releaseOf(releases, channel.stable),
    split: rollout !== null && carriesCandidate(rollout) ? splitOf(rollout, releases) : null,
    draining:
      rollout !== null && isDraining(rollout)
        ? { rolloutId: rollout.id, previous: releaseOf(releases, rollout.stable) }
        : null,
  };
}

/** Whether new sessions may go to the candidate beside the stable release. */
const carriesCandidate = ({ phase, pointerMoved, weight }: Rollout): boolean =>
  (phase === "ramping" || phase === "promoting") && !pointerMoved && weight > 0;

/** Whether the pointer has moved and old sessions are still running out; without a drain time they move at once. */
const isDraining = ({ phase, pointerMoved, plan }: Rollout): boolean =>
  pointerMoved && plan.drainMs > 0 && (phase === "promoting" || phase === "draining");

const splitOf = (rollout: Rollout, releases: ReadonlyMap<string, Release>): Split => ({
  rolloutId: rollout.id,
  seed: rollout.seed,
  candidate: releaseOf(releases, rollout.candidate),
  weight: rollout.weight,
  collecting: rollout.phase === "ramping" && rollout.weight < 1,
});

function releaseOf(releases: ReadonlyMap<string, Release>, id: string): Release {
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
  const after: Channel = {
    name: channel.name,
    stable: moves.at(-1)?.to ?? channel.stable,
    epoch: Math.max(channel.epoch, rollout.epoch),
    rolloutId: holds ? rollout.id : null,
  };
  const isSame =
    after.stable === channel.stable && after.epoch === channel.epoch && after.rolloutId === channel.rolloutId;
  return isSame ? null : after;
}
