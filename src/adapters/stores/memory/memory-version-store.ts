import { partsOf } from "../../../domain/release/parts.ts";
import type { Part, PartVersion } from "../../../domain/release/parts.ts";
import type { ReleaseOrigin } from "../../../domain/release/origin.ts";
import type { Release } from "../../../domain/release/release.ts";
import type { VersionStore } from "../../../ports/version-store.ts";

/** Versions and origins in memory; `pin` is for the store of releases, which calls it for every release that it freezes. */
export interface MemoryVersionStore extends VersionStore {
  pin(release: Release): void;
}

interface Pinned {
  readonly release: Release;
  readonly parts: readonly PartVersion[];
}

const byNameAndNumber = (one: PartVersion, other: PartVersion): number => {
  if (one.name !== other.name) return one.name < other.name ? -1 : 1;
  return other.number - one.number;
};

/** Makes the store. */
export function createMemoryVersionStore(): MemoryVersionStore {
  const versions: PartVersion[] = [];
  const pinned = new Map<string, Pinned>();
  const origins: ReleaseOrigin[] = [];

  const versionOf = (part: Part, createdAt: number): PartVersion => {
    const line = versions.filter(({ kind, name }) => kind === part.kind && name === part.name);
    const known = line.find(({ digest }) => digest === part.digest);
    if (known !== undefined) return known;
    const made = { ...part, number: line.length + 1, createdAt };
    versions.push(made);
    return made;
  };

  return {
    pin(release) {
      const parts = partsOf(release.content).map((part) => versionOf(part, release.createdAt));
      pinned.set(release.id, { release, parts });
    },
    list: async ({ kind, name, limit }) =>
      versions
        .filter((one) => one.kind === kind && (name === undefined || one.name === name))
        .toSorted(byNameAndNumber)
        .slice(0, limit),
    ofRelease: async (releaseId) => pinned.get(releaseId)?.parts ?? [],
    uses: async (kind, digest, limit) =>
      [...pinned.values()]
        .filter(({ parts }) => parts.some((part) => part.kind === kind && part.digest === digest))
        .map(({ release: { id, endpoint, number } }) => ({ releaseId: id, endpoint, number }))
        .toSorted((one, other) => {
          if (one.endpoint !== other.endpoint) return one.endpoint < other.endpoint ? -1 : 1;
          return other.number - one.number;
        })
        .slice(0, limit),
    note: async (origin) => void origins.push(origin),
    origins: async (releaseId) => origins.filter((one) => one.releaseId === releaseId),
  };
}
