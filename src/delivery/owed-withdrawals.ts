import type { WithdrawalNote, WithdrawalNotes } from "../ports/withdrawal-notes.ts";
import type { Troubles } from "./troubles.ts";
import type { Wish } from "./wish.ts";

const NOTING = "noting a withdrawal beside the database";

/** Withdrawals that are in force here and not recorded yet, by rollout; noted outside the store where that can be. */
export class OwedWithdrawals {
  readonly #wishes = new Map<string, Wish>();
  readonly #notes: WithdrawalNotes | null;
  readonly #troubles: Troubles;

  constructor(notes: WithdrawalNotes | null, troubles: Troubles) {
    this.#notes = notes;
    this.#troubles = troubles;
  }

  /** Takes up what an earlier process owed. */
  restore(): void {
    for (const { rolloutId, command, actor, reason } of this.#notes?.read() ?? []) {
      this.#wishes.set(rolloutId, { command: { type: command }, actor, reason, idempotencyKey: null });
    }
  }

  of(rolloutId: string): Wish | undefined {
    return this.#wishes.get(rolloutId);
  }

  /** Ids of the rollouts with a withdrawal to record. */
  rollouts(): readonly string[] {
    return [...this.#wishes.keys()];
  }

  owe(rolloutId: string, wish: Wish): void {
    this.#wishes.set(rolloutId, wish);
    this.#keep();
  }

  /** The wish is recorded, or has been answered in another way; a newer one for the same rollout stays. */
  settle(rolloutId: string, wish: Wish): void {
    if (this.#wishes.get(rolloutId) !== wish) return;
    this.#wishes.delete(rolloutId);
    this.#keep();
  }

  /** A note that cannot be written stops nobody: the withdrawal is in force, and the store may well take it. */
  #keep(): void {
    if (this.#notes === null) return;
    try {
      this.#notes.keep([...this.#wishes].flatMap(noteOf));
      this.#troubles.worked(NOTING);
    } catch (error) {
      this.#troubles.failed(NOTING, error);
    }
  }
}

function noteOf([rolloutId, { command, actor, reason }]: [string, Wish]): readonly WithdrawalNote[] {
  const { type } = command;
  return type === "abort" || type === "rollback" ? [{ rolloutId, command: type, actor, reason }] : [];
}
