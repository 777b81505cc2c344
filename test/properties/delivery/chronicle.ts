import { reduce } from "../../../src/domain/rollout/reduce.ts";
import { isTerminal } from "../../../src/domain/rollout/rollout.ts";
import type { Rollout, RolloutEvent, RolloutFact } from "../../../src/domain/rollout/rollout.ts";
import type { Channel } from "../../../src/domain/traffic/channel.ts";
import type { Route } from "../../../src/domain/traffic/route.ts";
import type { JournalBatch } from "../../../src/ports/evidence-journal.ts";
import { CHANNEL, ENDPOINT } from "./replica.ts";
import type { Replica } from "./replica.ts";
import type { Served, World } from "./world.ts";

/** One entry of a log with the state just before and just after it. */
export interface Entry {
  readonly event: RolloutEvent;
  readonly fact: RolloutFact;
  /** `null` before the first. */
  readonly before: Rollout | null;
  readonly after: Rollout;
}

/** One rollout as its log tells it. */
export interface Told {
  readonly id: string;
  readonly events: readonly RolloutEvent[];
  /** What the log adds up to. */
  readonly state: Rollout;
  /** What the store says it is. */
  readonly snapshot: Rollout;
  /** Entries since the last look. */
  readonly fresh: readonly Entry[];
  readonly batches: readonly JournalBatch[];
  readonly freshBatches: readonly JournalBatch[];
}

/** What one replica serves now and served at the last look. */
export interface Seen {
  readonly replica: Replica;
  readonly route: Route | undefined;
  readonly lastRoute: Route | undefined;
  /** Whether it was the same process, cut off from the database, at both looks. */
  readonly wasCutAllAlong: boolean;
}

/** Everything that happened, and what of it is new. */
export interface Look {
  readonly world: World;
  readonly channel: Channel;
  readonly rollouts: readonly Told[];
  readonly replicas: readonly Seen[];
  readonly served: readonly Served[];
  readonly freshServed: readonly Served[];
  /** Whether a release has ever been kept under this id. */
  readonly releases: ReadonlySet<string>;
}

interface Known {
  events: readonly RolloutEvent[];
  state: Rollout;
}

/** Follows the world from look to look; what it has seen is not read again. */
export class Chronicle {
  readonly #world: World;
  readonly #known = new Map<string, Known>();
  readonly #batches = new Map<string, JournalBatch[]>();
  readonly #releases = new Set<string>();
  #journalled = 0;
  #served = 0;
  #last: readonly { readonly replicaId: string; readonly route: Route | undefined; readonly isCut: boolean }[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  /** Sessions of each rollout whose assignment is in the journal, by unit. */
  async look(): Promise<Look> {
    const { stores, replicas, served } = this.#world;
    const channel = await stores.rollouts.channel(CHANNEL);
    if (channel === null) throw new Error("The channel was never opened.");
    const fresh = stores.batches.slice(this.#journalled);
    this.#journalled = stores.batches.length;
    for (const batch of fresh) this.#batches.set(batch.rolloutId, [...this.#batchesOf(batch.rolloutId), batch]);
    const snapshots = await stores.rollouts.list({ limit: 1_000 });
    const rollouts: Told[] = [];
    for (const snapshot of snapshots.toReversed()) rollouts.push(await this.#tell(snapshot, fresh));
    for (const { id } of await stores.releases.list(ENDPOINT, 1_000)) this.#releases.add(id);
    const seen = replicas.map((replica, index): Seen => {
      const last = this.#last[index];
      const { route } = replica;
      const wasCutAllAlong = replica.line.isCut && last?.isCut === true && last.replicaId === replica.replicaId;
      return {
        replica,
        route,
        lastRoute: last?.replicaId === replica.replicaId ? last.route : undefined,
        wasCutAllAlong,
      };
    });
    this.#last = seen.map(({ replica: { replicaId, line }, route }) => ({ replicaId, route, isCut: line.isCut }));
    const freshServed = served.slice(this.#served);
    this.#served = served.length;
    return { world: this.#world, channel, rollouts, replicas: seen, served, freshServed, releases: this.#releases };
  }

  #batchesOf(rolloutId: string): JournalBatch[] {
    return this.#batches.get(rolloutId) ?? [];
  }

  async #tell(snapshot: Rollout, freshBatches: readonly JournalBatch[]): Promise<Told> {
    const { id } = snapshot;
    const known = this.#known.get(id);
    const events = await this.#world.stores.rollouts.events(id, known?.events.length ?? 0, 100_000);
    const fresh: Entry[] = [];
    let state = known?.state ?? null;
    for (const event of events) {
      const before: Rollout | null = state;
      state = reduce(before, event);
      fresh.push({ event, fact: event.fact, before, after: state });
    }
    if (state === null) throw new Error("A rollout without a log.");
    const all = [...(known?.events ?? []), ...events];
    this.#known.set(id, { events: all, state });
    const batches = this.#batchesOf(id);
    return {
      id,
      events: all,
      state,
      snapshot,
      fresh,
      batches,
      freshBatches: freshBatches.filter(({ rolloutId }) => rolloutId === id),
    };
  }
}

/** The rollout that the channel names. */
export const currentOf = ({ rollouts, channel }: Look): Rollout | null =>
  rollouts.find(({ id }) => id === channel.rolloutId)?.state ?? null;

/** Rollouts that have started and not ended. */
export const startedIn = ({ rollouts }: Look): readonly Told[] =>
  rollouts.filter(({ state }) => state.startedAt !== null && !isTerminal(state.phase));
