import type { ChannelName } from "../domain/traffic/route.ts";
import { scoped, scopeOf } from "../domain/traffic/environment-scope.ts";
import type { Clock } from "../ports/clock.ts";
import type { Heartbeat, ReplicaBoard, Standing } from "../ports/replica-board.ts";
import type { ChannelRoutes, RoutePublisher } from "../ports/routes.ts";

/** Keys and projects as numbers that grow with their changes. */
export type Changes = Standing["changes"];

/** What a replica is plugged into to know the others. */
export interface ReplicasTerms {
  readonly replicaId: string;
  /** `null` where nobody else can be: one process with a database of its own. */
  readonly board: ReplicaBoard | null;
  readonly routes: ChannelRoutes & RoutePublisher;
  /** The server's own environment; absent where there is one only. */
  readonly ownEnvironment?: () => string;
  readonly clock: Clock;
}

/** After this long without the board others may have withdrawn a candidate that is still served here, ms. */
const ISOLATED_MS = 30_000;

/**
 * What this replica knows of the others: who decides on rollouts, and what each of them serves. Alone it decides
 * everything itself and waits for nobody.
 */
export class Replicas {
  readonly #terms: ReplicasTerms;
  #standing: Standing | null = null;
  #metAt: number;
  /** When it was last cut off, monotonic milliseconds. */
  #isolatedAt = Number.NEGATIVE_INFINITY;

  constructor(terms: ReplicasTerms) {
    this.#terms = terms;
    this.#metAt = terms.clock.elapsed();
  }

  /** This process in the journal and on the board. */
  get replicaId(): string {
    return this.#terms.replicaId;
  }

  /** Whether other replicas may use the same database. */
  get isShared(): boolean {
    return this.#terms.board !== null;
  }

  /** Whether this replica decides on rollouts. Two may think so for a moment; their decisions exclude each other. */
  get isLeader(): boolean {
    return !this.isShared || this.#standing?.leader === this.replicaId;
  }

  /** Replicas heard of lately, this one included. */
  get live(): readonly Heartbeat[] {
    return this.#standing?.live ?? [];
  }

  /** Gives a sign of life and takes in how things stand. Throws when the database is away, or there is no board. */
  async meet(): Promise<Changes> {
    const { board, replicaId } = this.#terms;
    if (board === null) throw new Error("A replica that is alone meets nobody.");
    this.#standing = await board.beat({ replicaId, epochs: this.#epochs() });
    this.#metAt = this.#terms.clock.elapsed();
    return this.#standing.changes;
  }

  /**
   * To be called regularly, also when the database is away: cut off from the others for long this replica sends no
   * sessions to candidates, because they may have been withdrawn.
   */
  noticeIsolation(): void {
    const { clock, routes } = this.#terms;
    if (this.live.length <= 1 || clock.elapsed() - this.#metAt <= ISOLATED_MS) return;
    this.#isolatedAt = clock.elapsed();
    routes.isolate(true);
  }

  /**
   * To be called when what is stored has been published, and not before: candidates withdrawn meanwhile would get
   * sessions again for as long as reading takes. `since` is when reading began, monotonic milliseconds.
   */
  caughtUp(since: number): void {
    if (since > this.#isolatedAt) this.#terms.routes.isolate(false);
  }

  /** Whether every live replica serves a channel in this epoch or a later one. */
  areServing(channel: ChannelName, epoch: number): boolean {
    const own = this.#terms.routes.byChannel(channel)?.epoch ?? 0;
    const name = this.#nameOf(channel);
    const others = this.live.filter(({ replicaId }) => replicaId !== this.replicaId);
    return !this.isShared || (own >= epoch && others.every(({ epochs }) => (epochs[name] ?? 0) >= epoch));
  }

  /** Says goodbye, as far as the database can be reached. */
  async leave(): Promise<void> {
    await this.#terms.board?.leave(this.replicaId);
  }

  #epochs(): Heartbeat["epochs"] {
    return Object.fromEntries(this.#terms.routes.all().map(({ channel, epoch }) => [this.#nameOf(channel), epoch]));
  }

  /** Endpoints of the server's own environment go by their name alone, as replicas of earlier versions have them. */
  #nameOf({ endpoint, environment }: ChannelName): string {
    const own = this.#terms.ownEnvironment?.() ?? environment;
    return scoped(scopeOf(environment, own), endpoint);
  }
}
