import type { Delivery } from "./delivery.ts";
import { publishMissed } from "./publish-routes.ts";
import { reconcile } from "./reconcile.ts";

/** How often open rollouts are looked at, milliseconds. Harm does not wait for it: it wakes the conductor. */
const TICK_MS = 250;
/** Decisions taken in one go before the next tick, so that a fault cannot spin. */
const MAX_DECISIONS = 20;
/** Longest time between two looks that counts as observed; beyond it lies an outage, which is not bake time. */
const MAX_OBSERVED_MS = 4 * TICK_MS;

/** Looks at every open rollout regularly and whenever woken, one look at a time per rollout. */
export class Conductor {
  readonly #delivery: Delivery;
  readonly #lastLook = new Map<string, number>();
  readonly #busy = new Map<string, Promise<void>>();
  #cancel: () => void = () => {};
  #stopped = false;

  constructor(delivery: Delivery) {
    this.#delivery = delivery;
    delivery.observatory.onCrossing((rolloutId) => void this.look(rolloutId));
  }

  start(): void {
    this.#cancel = this.#delivery.clock.after(TICK_MS, () => void this.#tick());
  }

  /** Stops ticking and waits for looks under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await Promise.all(this.#busy.values());
  }

  /** Looks at one rollout now; a look under way is followed by another. Never rejects. */
  look(rolloutId: string): Promise<void> {
    const before = this.#busy.get(rolloutId) ?? Promise.resolve();
    const now = before.then(() => this.#lookOnce(rolloutId));
    this.#busy.set(rolloutId, now);
    return now.finally(() => {
      if (this.#busy.get(rolloutId) === now) this.#busy.delete(rolloutId);
    });
  }

  async #lookOnce(rolloutId: string): Promise<void> {
    try {
      let observedMs = this.#observedSince(rolloutId);
      for (let decisions = 0; decisions < MAX_DECISIONS && !this.#stopped; decisions += 1) {
        if (!(await reconcile(this.#delivery, rolloutId, observedMs))) return;
        observedMs = 0;
      }
    } catch (error) {
      this.#delivery.announcer.troubled(`looking at the rollout ${rolloutId}`, error);
    }
  }

  #observedSince(rolloutId: string): number {
    const now = this.#delivery.clock.elapsed();
    const last = this.#lastLook.get(rolloutId);
    this.#lastLook.set(rolloutId, now);
    return last === undefined ? 0 : Math.min(now - last, MAX_OBSERVED_MS);
  }

  async #tick(): Promise<void> {
    try {
      this.#delivery.observatory.expire();
      const open = await this.#delivery.rollouts.list({ open: true, limit: 1_000 });
      const ids = new Set(open.map(({ id }) => id));
      for (const id of this.#lastLook.keys()) if (!ids.has(id)) this.#lastLook.delete(id);
      await publishMissed(this.#delivery, open);
      // A look under way is enough: ticks do not queue up behind a slow store.
      await Promise.all([...ids].filter((id) => !this.#busy.has(id)).map((id) => this.look(id)));
    } catch (error) {
      this.#delivery.announcer.troubled("looking at the open rollouts", error);
    }
    if (!this.#stopped) this.start();
  }
}
