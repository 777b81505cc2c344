import type { Key } from "../../../domain/access/key.ts";
import type { KeyStore } from "../../../ports/key-store.ts";

/** Keys in memory. */
export function createMemoryKeyStore(): KeyStore {
  const keys = new Map<string, Key>();
  return {
    async create(key) {
      if (keys.has(key.id)) throw new Error(`The key ${key.id} exists already.`);
      keys.set(key.id, key);
    },
    list: async () => [...keys.values()],
    async revoke(id, at) {
      const key = keys.get(id);
      if (key === undefined) return null;
      const revoked = { ...key, revokedAt: key.revokedAt ?? at };
      keys.set(id, revoked);
      return revoked;
    },
  };
}
