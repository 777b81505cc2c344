import type { GroupProof, ProofStore } from "../../../ports/proof-store.ts";

interface Kept extends GroupProof {
  readonly at: number;
}

const MOST = 1_000;

/** What is proven, in memory. */
export function createMemoryProofStore(): ProofStore {
  /** In the order of their changes. */
  const groups = new Map<string, Kept>();
  return {
    async find(group, known) {
      const kept = groups.get(group);
      if (kept === undefined) return null;
      return kept.version === known ? "same" : { version: kept.version, text: kept.text };
    },
    async save(proof, read, now) {
      const version = groups.get(proof.group)?.version ?? null;
      if (version !== read) return false;
      groups.delete(proof.group);
      groups.set(proof.group, { ...proof, version: (version ?? 0) + 1, at: now });
      const [oldest] = groups.keys();
      if (groups.size > MOST && oldest !== undefined) groups.delete(oldest);
      return true;
    },
    accounts: async () =>
      [...groups.values()].toReversed().map(({ group, endpoint, about }) => ({ group, endpoint, about })),
    async expire(quiet) {
      for (const [group, { at }] of groups) if (at < quiet) groups.delete(group);
    },
  };
}
