import type { Key } from "../domain/access/key.ts";

/** The keys in memory: authentication never waits for a database. */
export interface KeyRing {
  byId(id: string): Key | undefined;
  /** Replaces all keys at once. */
  replace(keys: readonly Key[]): void;
}
