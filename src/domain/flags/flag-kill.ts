/** A kill switch that was thrown: from `at` until it is restored the flag serves its off variant. Times are epoch milliseconds. */
export interface FlagKill {
  /** `flk_…` */
  readonly id: string;
  readonly environment: string;
  readonly flag: string;
  readonly reason: string;
  /** Name of the key. */
  readonly by: string;
  readonly at: number;
  /** When, by whom and why it was restored; `null` while it is in force. */
  readonly restored: { readonly at: number; readonly by: string; readonly reason: string } | null;
}

/** The kill switches that a server obeys: all of them. The bound is for memory, some 300 bytes each. */
export const KILLS_IN_FORCE = { inForce: true, limit: 100_000 } as const;
