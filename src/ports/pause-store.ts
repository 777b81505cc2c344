import type { Pause, PauseSubject } from "../domain/access/pause.ts";

/** Where pauses are kept, lifted ones too: they are the record of who stopped what and why. */
export interface PauseStore {
  /**
   * Keeps a new pause; answers the one in force when its subject is paused already, and one that was kept before as it is. A note of a rule, which is lifted
   * when it is written, is kept beside it.
   */
  open(pause: Pause): Promise<Pause>;
  /** Lifts a pause; one that was lifted stays as it was. `null` when there is none with this id. */
  lift(id: string, lifted: NonNullable<Pause["lifted"]>): Promise<Pause | null>;
  /**
   * Newest first; `inForce` leaves out those that were lifted. `environment` leaves out those of others, `null` is the
   * server's own; absent is all.
   */
  list(filter: {
    readonly inForce: boolean;
    readonly environment?: string | null;
    readonly limit: number;
  }): Promise<readonly Pause[]>;
  /** What a rule did last about each of the subjects: its newest pause or note. Subjects that it never met are left out. */
  lastBy(rule: string, subjects: readonly PauseSubject[]): Promise<readonly Pause[]>;
}
