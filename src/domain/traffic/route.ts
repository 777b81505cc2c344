import type { Release } from "../release/release.ts";

/** Which side serves a session. */
export type Arm = "stable" | "candidate" | "shadow";

/** One endpoint in one environment. */
export interface ChannelName {
  readonly endpoint: string;
  readonly environment: string;
}

/** How an active rollout divides new sessions. */
export interface Split {
  readonly rolloutId: string;
  /** HMAC key of the assignment, 64 hex digits; new for every rollout. */
  readonly seed: string;
  readonly candidate: Release;
  /** Probability in [0, 1] that a new session goes to the candidate. */
  readonly weight: number;
  /** Whether sessions assigned now are evidence (the rollout is collecting it). */
  readonly collecting: boolean;
}

/** After a promotion: sessions that began before it keep the release they had until the drain ends. */
export interface Draining {
  readonly rolloutId: string;
  readonly previous: Release;
}

/**
 * Where calls to an endpoint go: a pure function of channel and rollout state, swapped whole.
 * `epoch` grows with every change.
 */
export interface Route {
  readonly channel: ChannelName;
  readonly epoch: number;
  readonly stable: Release;
  readonly split: Split | null;
  readonly draining: Draining | null;
}
