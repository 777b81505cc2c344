import type { ServerKeyStore } from "../../../ports/server-key-store.ts";

/** The server's key in memory: another one with every process. */
export function createMemoryServerKeyStore(): ServerKeyStore {
  let kept: string | null = null;
  return {
    find: async () => kept,
    keep: async (privateKey) => (kept ??= privateKey),
  };
}
