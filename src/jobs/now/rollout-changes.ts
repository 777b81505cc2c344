import type { Change } from "../../domain/changes/change.ts";
import { changesOfRollout } from "../../domain/changes/changes-of-rollout.ts";
import { NO_TURNS, turnRollout } from "../../domain/now/rollout-turns.ts";
import type { RolloutTurns } from "../../domain/now/rollout-turns.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import type { ReleaseStore } from "../../ports/release-store.ts";
import type { RolloutStore } from "../../ports/rollout-store.ts";

/** What a rollout's log has been read to. */
interface Read {
  readonly seq: number;
  readonly changes: readonly Change[];
  readonly turns: RolloutTurns;
}

/** Rollouts whose changes are remembered. */
const MOST_ROLLOUTS = 200;
/** Changes remembered of one. */
const MOST_CHANGES = 300;
/** Events read at once. */
const PAGE = 1_000;
/** Rollouts that are looked at, those that are under way and the newest. */
const OPEN = 200;
const NEWEST = 100;

/** Steps and decisions of rollouts. A log only grows, so that each event is read once. */
export class RolloutChanges {
  readonly #stores: {
    readonly rollouts: Pick<RolloutStore, "list" | "events">;
    readonly releases: Pick<ReleaseStore, "byId">;
  };
  readonly #read = new Map<string, Read>();
  readonly #names = new Map<string, string>();

  constructor(stores: {
    readonly rollouts: Pick<RolloutStore, "list" | "events">;
    readonly releases: Pick<ReleaseStore, "byId">;
  }) {
    this.#stores = stores;
  }

  /** Rollouts of an environment that were under way between two times (epoch ms), newest first. */
  async between(
    environment: string,
    { since, until }: { readonly since: number; readonly until: number },
  ): Promise<readonly Rollout[]> {
    const { rollouts } = this.#stores;
    const [open, newest] = await Promise.all([
      rollouts.list({ environment, open: true, limit: OPEN }),
      rollouts.list({ environment, limit: NEWEST }),
    ]);
    const all = new Map([...open, ...newest].map((rollout) => [rollout.id, rollout]));
    return [...all.values()]
      .filter(({ createdAt, endedAt }) => createdAt < until && (endedAt === null || endedAt >= since))
      .toSorted((one, other) => other.createdAt - one.createdAt);
  }

  /** What has happened to a rollout, oldest first, and what it came to. */
  async of(rollout: Rollout): Promise<Pick<Read, "changes" | "turns">> {
    const releases = {
      candidate: await this.nameOf(rollout.candidate),
      stable: await this.nameOf(rollout.stable),
    };
    let read = this.#read.get(rollout.id) ?? { seq: 0, changes: [], turns: NO_TURNS };
    while (read.seq < rollout.seq) {
      const events = await this.#stores.rollouts.events(rollout.id, read.seq, PAGE);
      const last = events.at(-1);
      if (last === undefined) break;
      const changes = [...read.changes, ...changesOfRollout(rollout, events, releases)];
      read = { seq: last.seq, changes: changes.slice(-MOST_CHANGES), turns: events.reduce(turnRollout, read.turns) };
    }
    this.#read.delete(rollout.id);
    this.#read.set(rollout.id, read);
    const [oldest] = this.#read.keys();
    if (this.#read.size > MOST_ROLLOUTS && oldest !== undefined) this.#read.delete(oldest);
    return read;
  }

  /** The name of a release; its id where there is none any more. */
  async nameOf(release: string): Promise<string> {
    const known = this.#names.get(release);
    if (known !== undefined) return known;
    const found = await this.#stores.releases.byId(release);
    if (found === null) return release;
    const name = releaseName(found);
    if (this.#names.size > 10_000) this.#names.clear();
    this.#names.set(release, name);
    return name;
  }
}
