import type { Freeze, FreezeScope } from "../domain/access/freeze.ts";

/** What to list. */
export interface FreezeFilter {
  readonly id?: string;
  /** Only those that are in force then, epoch milliseconds. */
  readonly now?: number;
  /** Only those that are about this channel or environment. */
  readonly about?: FreezeScope;
  readonly limit: number;
}

/** Where freezes are kept, lifted ones too: they are the record of who stopped what and why. */
export interface FreezeStore {
  open(freeze: Freeze): Promise<void>;
  /** Lifts a freeze; one that was lifted stays as it was. `null` when there is none with this id. */
  lift(id: string, lifted: NonNullable<Freeze["lifted"]>): Promise<Freeze | null>;
  /** Newest first. */
  list(filter: FreezeFilter): Promise<readonly Freeze[]>;
}
