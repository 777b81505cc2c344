import type { Actor } from "../domain/rollout/rollout.ts";

/** A person's withdrawal that is in force and may not be in the store yet. */
export interface WithdrawalNote {
  readonly rolloutId: string;
  readonly command: "abort" | "rollback";
  readonly actor: Actor;
  readonly reason: string;
}

/** Remembers withdrawals outside the store, so that one told while the store was away outlives this process. */
export interface WithdrawalNotes {
  /** What was kept last; [] when there is nothing, or nothing that can be read. */
  read(): readonly WithdrawalNote[];
  /** Replaces what is kept; durable when it returns. Throws when that fails. */
  keep(notes: readonly WithdrawalNote[]): void;
}
