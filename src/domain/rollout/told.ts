/** What a person told a rollout. */
export type Telling =
  | "hold"
  | "resume"
  | "promote"
  | "abort"
  | "rollback"
  | "approve"
  | "deny"
  | "cancel"
  | "supersede";

/** A person's word: what was told, by whom and why. */
export interface Told {
  readonly telling: Telling;
  /** Name of the key. */
  readonly by: string;
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly at: number;
}
