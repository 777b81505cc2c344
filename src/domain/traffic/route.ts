import type { Condition } from "../flags/condition.ts";
import type { Release } from "../release/release.ts";

/** Which side serves a session. */
export type Arm = "stable" | "candidate" | "shadow";

/** One endpoint in one environment. */
export interface ChannelName {
  readonly endpoint: string;
  readonly environment: string;
}

/** What becomes of the sessions of a release that is left, and why: the plan says so, or the two do not fit together. */
export interface Handover {
  /** They `keep` it, switch at their `next_turn`, or are ended with an error (`terminate`). */
  readonly rule: "keep" | "next_turn" | "terminate";
  readonly because: "plan" | "incompatible";
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
  /** Whose calls may get the candidate; absent is everybody's. Everyone else is on stable and no evidence. */
  readonly target?: Condition;
  /** What becomes of the candidate's sessions when it is taken back; absent they switch at their next turn. */
  readonly onRollback?: Handover;
}

/** A candidate that answers copies of stable's calls, unseen. */
export interface ShadowRoute {
  readonly rolloutId: string;
  readonly candidate: Release;
  /** Share of stable's sessions that are copied, in (0, 1]. */
  readonly sample: number;
  /** HMAC key that draws the sessions, 64 hex digits. */
  readonly seed: string;
}

/** A candidate that answers who asks for it by name; such calls are no evidence. */
export interface Preview {
  readonly rolloutId: string;
  readonly candidate: Release;
}

/** The lot by which new sessions stay on the release before while a promotion bakes, or are compared with those. */
export interface Holdback {
  /** HMAC key of the assignment, 64 hex digits: that of the rollout, so that a control session stays one. */
  readonly seed: string;
  /** Share of new sessions that stay on the release before. */
  readonly held: number;
  /** Share of new sessions that get the promoted release and are evidence; the others get it and are none. */
  readonly watched: number;
  /** `watched` among both: the weight in the evidence, in (0, 1). */
  readonly weight: number;
}

/** A candidate that was taken back while sessions may finish on it. */
export interface Withdrawn {
  readonly rolloutId: string;
  readonly candidate: Release;
  readonly handover: Handover;
}

/** After a promotion: sessions that began before it keep the release they had until the drain ends. */
export interface Draining {
  readonly rolloutId: string;
  readonly previous: Release;
  /** What becomes of those sessions; absent they keep it. */
  readonly onPromotion?: Handover;
  /** Absent: every new session gets the promoted release. */
  readonly holdback?: Holdback;
  /** What becomes of the promoted release's sessions when it is taken back; absent they switch at their next turn. */
  readonly onRollback?: Handover;
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
  /** Absent is none, as for all below. */
  readonly shadow?: ShadowRoute;
  readonly preview?: Preview;
  readonly withdrawn?: Withdrawn;
}

/** The rollout whose candidate gets calls, copies, or only those who ask for it by name; `null` when none does. */
export const servedRollout = ({ split, draining, shadow, preview }: Route): string | null =>
  (split ?? draining ?? shadow ?? preview)?.rolloutId ?? null;

/** The candidate of that rollout; of a promotion that is still watched the release that is stable by now. */
export function servedCandidate({ stable, split, draining, shadow, preview }: Route): Release | null {
  if (split !== null) return split.candidate;
  return draining === null ? ((shadow ?? preview)?.candidate ?? null) : stable;
}

/** The route with nothing of it for the candidate. Its sessions leave as the plan says. */
export const withoutCandidate = ({ channel, epoch, stable, split, draining, withdrawn }: Route): Route => ({
  channel,
  epoch,
  stable,
  draining,
  split: split === null ? null : { ...split, weight: 0, collecting: false },
  ...(withdrawn !== undefined && { withdrawn }),
});
