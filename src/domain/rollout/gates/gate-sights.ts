import type { GateRunResult } from "./gate-state.ts";

/** What one look at the world saw that gates depend on. */
export interface GateSights {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Attempts that have ended outside of the machine. */
  readonly results: readonly GateRunResult[];
  /** By the name of the gate: whether what it depends on has come first, and how that stands, in a clause. */
  readonly dependencies: Readonly<Record<string, { readonly isMet: boolean; readonly detail: string }>>;
}
