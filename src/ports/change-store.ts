import type { Change, ChangeCriteria } from "../domain/changes/change.ts";

/** What to list. */
export interface ChangeFilter extends ChangeCriteria {
  readonly limit: number;
}

/** The record of changes that no other record tells of; nothing is ever changed in it. */
export interface ChangeStore {
  /** Keeps a change; false where it is kept already. */
  note(change: Change): Promise<boolean>;
  /** Newest first. */
  list(filter: ChangeFilter): Promise<readonly Change[]>;
  /** Forgets what was before this time, epoch milliseconds. */
  expire(before: number): Promise<void>;
}
