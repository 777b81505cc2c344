import type { Release } from "../../domain/release/release.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { ReleaseStore } from "../../ports/release-store.ts";
import type { z } from "zod";
import type { releaseSummary } from "../../contract/endpoints.ts";
import { instantOf } from "./instant-of.ts";

/** A release on the wire without its content. */
export const summaryOf = (release: Release): z.input<typeof releaseSummary> => ({
  id: release.id,
  name: releaseName(release),
  number: release.number,
  digest: release.digest,
  created_at: instantOf(release.createdAt),
  author: release.author,
});

/** The release behind an id that a rollout or channel holds; releases are never deleted. */
export async function knownRelease(releases: ReleaseStore, id: string): Promise<Release> {
  const release = await releases.byId(id);
  if (release === null) throw new Error(`The release ${id} is missing from the store.`);
  return release;
}
