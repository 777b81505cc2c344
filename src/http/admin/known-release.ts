import type { Release } from "../../domain/release/release.ts";
import type { ReleaseStore } from "../../ports/release-store.ts";

/** The release behind an id that a rollout or channel holds; releases are never deleted. */
export async function knownRelease(releases: ReleaseStore, id: string): Promise<Release> {
  const release = await releases.byId(id);
  if (release === null) throw new Error(`The release ${id} is missing from the store.`);
  return release;
}
