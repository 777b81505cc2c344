import type { Rollout, RolloutEvent } from "../domain/rollout/rollout.ts";
import type { Channel } from "../domain/traffic/channel.ts";
import type { ChannelName } from "../domain/traffic/route.ts";

/** One decision, written in one transaction: events, snapshot and channel together or not at all. */
export interface Decision {
  readonly events: readonly RolloutEvent[];
  /** The snapshot after the events. */
  readonly rollout: Rollout;
  /** The channel after the events; `null` when the decision does not change routing. */
  readonly channel: Channel | null;
  /** Repeating a decision with the same key changes nothing and answers `duplicate`. */
  readonly idempotencyKey: string | null;
}

/** Rollouts and channels. `seq` of the first event is a compare-and-set: the loser of a race reads again. */
export interface RolloutStore {
  /** `conflict`: another writer appended first, or the channel already has a rollout that has started and not ended. */
  append(decision: Decision): Promise<"appended" | "duplicate" | "conflict">;
  byId(id: string): Promise<Rollout | null>;
  /** Newest first; `open` leaves out terminal ones. */
  list(filter: {
    readonly endpoint?: string;
    readonly environment?: string;
    readonly open?: boolean;
    readonly limit: number;
  }): Promise<readonly Rollout[]>;
  /** In order of `seq`, after `afterSeq`, at most `limit`. */
  events(rolloutId: string, afterSeq: number, limit: number): Promise<readonly RolloutEvent[]>;
  /** The number of the first event of the decision that was taken with this key; `null` when there is none. */
  decidedBy(rolloutId: string, idempotencyKey: string): Promise<number | null>;
  channels(): Promise<readonly Channel[]>;
  /** One channel by its name; `null` when it has not been opened. */
  channel(name: ChannelName): Promise<Channel | null>;
  /** Creates a channel that points at its first release; an existing channel stays as it is and is returned. */
  openChannel(name: ChannelName, stable: string): Promise<Channel>;
}
