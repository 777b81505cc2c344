import type { Release } from "../domain/release/release.ts";

/** Where releases are kept. They are never changed and never deleted. */
export interface ReleaseStore {
  /**
   * Keeps a release unless its endpoint already has one with the same digest; returns the kept one.
   * The store gives the next number of the endpoint, `release.number` is ignored.
   */
  freeze(release: Release): Promise<{ readonly release: Release; readonly created: boolean }>;
  byId(id: string): Promise<Release | null>;
  byNumber(endpoint: string, number: number): Promise<Release | null>;
  /** The release of a content; `null` where it was never frozen. */
  byDigest(endpoint: string, digest: string): Promise<Release | null>;
  /** Newest first, at most `limit`. */
  list(endpoint: string, limit: number): Promise<readonly Release[]>;
}
