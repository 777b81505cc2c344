import type { Key } from "../domain/access/key.ts";

/** Where keys are kept; secrets only as hashes. */
export interface KeyStore {
  create(key: Key): Promise<void>;
  list(): Promise<readonly Key[]>;
  /** Returns the key as it is afterwards, or `null` when there is none. Revoking twice keeps the first time. */
  revoke(id: string, at: number): Promise<Key | null>;
}
