import type { Silence } from "../domain/alerts/silence.ts";

/** Which silences are asked for; newest first. */
export interface SilenceQuery {
  /** Absent is all environments. */
  readonly environment?: string;
  /** Leaves out those that are over at this time, epoch ms; absent is all. */
  readonly notOverAt?: number;
  readonly limit: number;
}

/** Where silences are kept, also those that are over: they are the record of who wanted to hear nothing. */
export interface SilenceStore {
  add(silence: Silence): Promise<void>;
  list(query: SilenceQuery): Promise<readonly Silence[]>;
  /** Ends a silence at this time; one that is over stays as it was. `null` where the environment has none with this id. */
  end(id: string, environment: string, at: number): Promise<Silence | null>;
  /** Forgets those that were over before this time, epoch ms. */
  expire(before: number): Promise<void>;
}
