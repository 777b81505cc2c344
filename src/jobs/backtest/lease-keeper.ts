import type { BacktestLedger } from "../../ports/backtest-store.ts";
import type { Clock } from "../../ports/clock.ts";

/** How long a lease is taken for, ms: so long a backtest rests when its server dies. */
export const LEASE_MS = 20_000;
/** How often it is renewed, ms. */
const RENEW_MS = 5_000;

/** What keeping a lease needs. */
export interface LeaseTerms {
  readonly store: Pick<BacktestLedger, "lease">;
  readonly clock: Clock;
  readonly id: string;
  readonly replicaId: string;
  /** Somebody else has it, or may have. */
  readonly onLost: () => void;
}

/** Renews the lease of a backtest while it runs. A store that does not answer is given until the lease has run out. */
export class LeaseKeeper {
  readonly #terms: LeaseTerms;
  #cancel = (): void => {};
  #isOver = false;
  #heldUntil = 0;

  constructor(terms: LeaseTerms) {
    this.#terms = terms;
  }

  /** The lease has just been taken. */
  start(): void {
    this.#heldUntil = this.#terms.clock.elapsed() + LEASE_MS;
    this.#wait();
  }

  /** Gives it back, so that another server need not wait for it to run out. */
  async giveBack(): Promise<void> {
    this.#isOver = true;
    this.#cancel();
    const { store, id, replicaId } = this.#terms;
    await store.lease(id, replicaId, 0).catch(() => {});
  }

  #wait(): void {
    if (!this.#isOver) this.#cancel = this.#terms.clock.after(RENEW_MS, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const { store, clock, id, replicaId, onLost } = this.#terms;
    const now = clock.elapsed();
    const answer = await store.lease(id, replicaId, LEASE_MS).catch(() => null);
    if (this.#isOver) return;
    if (answer === true) this.#heldUntil = now + LEASE_MS;
    const isOurs = answer ?? clock.elapsed() < this.#heldUntil - RENEW_MS;
    if (isOurs) this.#wait();
    else onLost();
  }
}
