import type { listReleases } from "../../../src/contract/endpoints.ts";
import type { Answer } from "../../lib/api.ts";

/** A release in the list of its endpoint, with what became of it. */
export type ListedRelease = Answer<typeof listReleases>["data"][number];

/** What one is shown beside what serves: stable, and the newest that was not taken back. Releases are newest first. */
export function usualPair(releases: readonly ListedRelease[]): readonly string[] {
  const stable = releases.find(({ fate }) => fate === "stable");
  const next =
    releases.find(({ fate }) => fate === "candidate") ??
    releases.find(({ fate }) => fate !== "stable" && fate !== "rolled_back");
  return [stable, next].flatMap((release) => release?.name ?? []);
}

/** What a release is compared with unless somebody says: stable, and for stable itself the one before it. */
export function usualBefore(releases: readonly ListedRelease[], number: number): number | null {
  const stable = releases.find(({ fate }) => fate === "stable");
  if (stable !== undefined && stable.number !== number) return stable.number;
  const earlier = releases.filter((release) => release.number < number);
  return (earlier.find(({ fate }) => fate === "was_stable") ?? earlier[0])?.number ?? null;
}
