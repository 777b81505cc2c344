import type { Release } from "../../../domain/release/release.ts";
import type { ReleaseStore } from "../../../ports/release-store.ts";

/** Releases in memory; `frozen` is told every new one. */
export function createMemoryReleaseStore(frozen: (release: Release) => void = () => {}): ReleaseStore {
  const releases: Release[] = [];
  const of = (endpoint: string): Release[] => releases.filter((release) => release.endpoint === endpoint);
  return {
    async freeze(release) {
      const known = of(release.endpoint).find(({ digest }) => digest === release.digest);
      if (known !== undefined) return { release: known, created: false };
      const kept = { ...release, number: of(release.endpoint).length + 1 };
      releases.push(kept);
      frozen(kept);
      return { release: kept, created: true };
    },
    byId: async (id) => releases.find((release) => release.id === id) ?? null,
    byNumber: async (endpoint, number) => of(endpoint).find((release) => release.number === number) ?? null,
    byDigest: async (endpoint, digest) => of(endpoint).find((release) => release.digest === digest) ?? null,
    list: async (endpoint, limit) => of(endpoint).toReversed().slice(0, limit),
  };
}
