import type { Rollout } from "../domain/rollout/rollout.ts";
import type { Delivery } from "./delivery.ts";
import { gatherEvidence } from "./gather-evidence.ts";
import { hearOut } from "./hear-out.ts";
import { publishMissed } from "./publish-routes.ts";
import { reconcile } from "./reconcile.ts";
import type { Changes } from "./replicas.ts";
import { withDeadline } from "./with-deadline.ts";
import { settleOwed } from "./withdraw-at-once.ts";

/** How often open rollouts are looked at, milliseconds. Harm does not wait for it: it wakes the conductor. */
const TICK_MS = 250;
/** Decisions taken in one go before the next tick, so that a fault cannot spin. */
const MAX_DECISIONS = 20;
/** Longest time between two looks that counts as observed; beyond it lies an outage, which is not bake time. */
const MAX_OBSERVED_MS = 4 * TICK_MS;
/** Longest that anybody waits for one look. A store that answers at all answers far sooner. */
const LOOK_MS = 10_000;

const LISTING = "looking at the open rollouts";
const PUBLISHING = "publishing routes";
const GATHERING = "gathering what other replicas observed";
const CLOSING = "closing the evidence";
const LEAVING = "saying goodbye to the other replicas";
const lookingAt = (rolloutId: string): string => `looking at the rollout ${rolloutId}`;

/**
 * Looks at every open rollout regularly and whenever woken, one look at a time per rollout. Each look has a deadline
 * of its own and none waits for another, so that one that hangs delays only its own rollout.
 */
export class Conductor {
  readonly #delivery: Delivery;
  readonly #lastLook = new Map<string, number>();
  readonly #busy = new Map<string, Promise<void>>();
  #ticking: Promise<void> = Promise.resolve();
  #publishing: Promise<void> | null = null;
  #gathering: Promise<void> | null = null;
  /** Rollouts that were open when they were last listed; one that was opened since is not among them. */
  #open: ReadonlySet<string> = new Set();
  #onChanges: (changes: Changes) => void = () => {};
  #cancel: () => void = () => {};
  #stopped = false;

  constructor(delivery: Delivery) {
    this.#delivery = delivery;
    delivery.observatory.onCrossing((rolloutId) => void this.look(rolloutId));
  }

  /** Calls `follow` with what other replicas may have changed, after every look at them. */
  onChanges(follow: (changes: Changes) => void): void {
    this.#onChanges = follow;
  }

  start(): void {
    this.#delivery.observatory.start();
    this.#schedule();
  }

  #schedule(): void {
    this.#cancel = this.#delivery.clock.after(TICK_MS, () => {
      this.#ticking = this.#tick();
    });
  }

  /** Stops ticking, waits for looks under way, tries once more to write what is owed, and closes the evidence. No call may be under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    this.#delivery.observatory.stop();
    await this.#ticking;
    await Promise.all([this.#publishing, this.#gathering, ...this.#busy.values()]);
    await Promise.all(this.#delivery.owed.rollouts().map((rolloutId) => this.look(rolloutId)));
    this.#delivery.observatory.close();
    await this.#attempt(CLOSING, (isOver) => hearOut(this.#delivery, isOver));
    // Nobody gathers after this, whether the others could be heard out or not.
    this.#delivery.observatory.leaveHeldOut();
    await this.#attempt(LEAVING, () => this.#delivery.replicas.leave());
  }

  /** Looks at one rollout now; a look under way is followed by another. Never rejects. */
  look(rolloutId: string): Promise<void> {
    const before = this.#busy.get(rolloutId) ?? Promise.resolve();
    const now = before.then(() => this.#attempt(lookingAt(rolloutId), (isOver) => this.#decide(rolloutId, isOver)));
    this.#busy.set(rolloutId, now);
    return now.finally(() => {
      if (this.#busy.get(rolloutId) === now) this.#busy.delete(rolloutId);
    });
  }

  /**
   * Does some work with a deadline; never rejects. `isOver` turns true when the deadline has passed: work that wakes
   * up after it stops. What it was writing then can do no harm, the log's compare-and-set sees to that.
   */
  async #attempt(what: string, work: (isOver: () => boolean) => Promise<void>): Promise<void> {
    const { clock, troubles } = this.#delivery;
    let isOver = false;
    try {
      await withDeadline(
        clock,
        LOOK_MS,
        work(() => isOver),
      );
      troubles.worked(what);
    } catch (error) {
      troubles.failed(what, error);
    } finally {
      isOver = true;
    }
  }

  async #decide(rolloutId: string, isOver: () => boolean): Promise<void> {
    // A person's withdrawal that could not be written yet comes before anything the machine might decide.
    await settleOwed(this.#delivery, rolloutId);
    let observedMs = this.#observedSince(rolloutId);
    if (!this.#delivery.replicas.isLeader) return;
    for (let decisions = 0; decisions < MAX_DECISIONS && !this.#stopped && !isOver(); decisions += 1) {
      if (!(await reconcile(this.#delivery, rolloutId, observedMs))) return;
      observedMs = 0;
    }
  }

  #observedSince(rolloutId: string): number {
    const now = this.#delivery.clock.elapsed();
    const last = this.#lastLook.get(rolloutId);
    this.#lastLook.set(rolloutId, now);
    return last === undefined ? 0 : Math.min(now - last, MAX_OBSERVED_MS);
  }

  async #tick(): Promise<void> {
    const { observatory, rollouts, owed, replicas } = this.#delivery;
    replicas.noticeIsolation();
    await this.#attempt(LISTING, async (isOver) => {
      observatory.expire();
      const changes = replicas.isShared ? await replicas.meet() : null;
      const open = await rollouts.list({ open: true, limit: 1_000 });
      if (isOver() || this.#stopped) return;
      if (changes !== null) this.#follow(changes, open);
      const ids = new Set([...open.map(({ id }) => id), ...owed.rollouts()]);
      for (const id of this.#lastLook.keys()) if (!ids.has(id)) this.#lastLook.delete(id);
      // A look under way is enough: ticks do not queue up behind a slow store.
      for (const id of ids) if (!this.#busy.has(id)) void this.look(id);
      this.#publishing ??= this.#attempt(PUBLISHING, () => this.#publish()).finally(() => {
        this.#publishing = null;
      });
    });
    if (!this.#stopped) this.#schedule();
  }

  async #publish(): Promise<void> {
    const { clock, replicas } = this.#delivery;
    const since = clock.elapsed();
    const held = await publishMissed(this.#delivery);
    replicas.caughtUp(since);
    if (held.length > 0) throw new Error(held.join(" "));
  }

  /** What other replicas have done meanwhile: their changes, the rollouts that they opened and ended, their evidence. */
  #follow(changes: Changes, open: readonly Rollout[]): void {
    this.#onChanges(changes);
    const { observatory } = this.#delivery;
    const ids = new Set(open.map(({ id }) => id));
    for (const id of this.#open) if (!ids.has(id)) observatory.forget(id);
    this.#open = ids;
    for (const rollout of open) observatory.watch(rollout);
    this.#gathering ??= this.#attempt(GATHERING, (isOver) => this.#gather(open, isOver)).finally(() => {
      this.#gathering = null;
    });
  }

  async #gather(open: readonly Rollout[], isOver: () => boolean): Promise<void> {
    for (const rollout of open) {
      if (isOver()) return;
      await gatherEvidence(this.#delivery, rollout, isOver);
      if (this.#delivery.replicas.isLeader) this.#delivery.observatory.judgeTogether(rollout.id);
    }
  }
}
