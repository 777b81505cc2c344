import type { PartKind, PartVersion } from "../domain/release/parts.ts";
import type { ReleaseOrigin } from "../domain/release/origin.ts";

/** A release that pins a version. */
export interface PinnedBy {
  readonly releaseId: string;
  readonly endpoint: string;
  /** Number of the release. */
  readonly number: number;
}

/** Versions of prompts, models and tools, and where releases came from. A release's versions are given when it is frozen. */
export interface VersionStore {
  /** Newest first within a name, names in order; `name` is one line of versions. */
  list(filter: {
    readonly kind: PartKind;
    readonly name?: string;
    readonly limit: number;
  }): Promise<readonly PartVersion[]>;
  /** What a release pins, in the order of its parts; empty for a release that does not exist. */
  ofRelease(releaseId: string): Promise<readonly PartVersion[]>;
  /** The releases that pin this content, by whatever name, newest first. */
  uses(kind: PartKind, digest: string, limit: number): Promise<readonly PinnedBy[]>;
  /** Notes that a release was applied. */
  note(origin: ReleaseOrigin): Promise<void>;
  /** Oldest first: the first is where the release came from. */
  origins(releaseId: string): Promise<readonly ReleaseOrigin[]>;
}
