import type { Reading } from "../evidence/evidence.ts";
import type { ChannelName } from "../traffic/route.ts";
import type { MetricName, RolloutPlan } from "./plan.ts";
import type { Told } from "./told.ts";

/** Where a rollout is. Drawn in docs/release.md. */
export type Phase =
  | "draft"
  | "validated"
  | "pending"
  | "shadowing"
  | "ramping"
  | "promoting"
  | "draining"
  | "completed"
  | "rolling_back"
  | "rolled_back"
  | "aborting"
  | "aborted"
  | "superseded"
  | "cancelled";

/** What a ramping rollout is doing. */
export type Activity = "settling" | "observing" | "awaiting_approval" | "held";

/** Why a rollout keeps its weight. */
export type HoldReason =
  | "inconclusive"
  | "srm"
  | "no_data"
  | "freeze"
  | "manual"
  | "control_unhealthy"
  | "provider_fault"
  | "harm";

/** What a pending rollout waits for. */
export type Wait = "approval" | "schedule" | "dependency" | "freeze" | "queue";

/** Why a promotion was allowed. */
export type PromotionBasis = "non-inferior" | "human_override" | "unproven_policy";

/** Who caused an event: a person's key, or the machine. */
export type Actor =
  | { readonly kind: "machine" }
  | { readonly kind: "key"; readonly keyId: string; readonly name: string };

/** What happened, in the past tense. Time enters only here, as epoch milliseconds in `at`. */
export type RolloutFact =
  | {
      readonly type: "Created";
      readonly plan: RolloutPlan;
      readonly planDigest: string;
      readonly channel: ChannelName;
      readonly stable: string;
      readonly candidate: string;
      readonly seed: string;
    }
  | { readonly type: "Validated"; readonly waits: readonly Wait[] }
  | { readonly type: "WaitEnded"; readonly wait: Wait }
  | { readonly type: "ApprovalDenied" }
  /** `stable` is the channel's pointer at this moment: the way back. */
  | { readonly type: "Started"; readonly stable: string }
  | { readonly type: "StepEntered"; readonly step: number; readonly weight: number; readonly epoch: number }
  | { readonly type: "RoutesAcked"; readonly epoch: number }
  | { readonly type: "TimeObserved"; readonly ms: number }
  | { readonly type: "EvidenceSnapshot"; readonly reading: Reading; readonly evidenceHash: string }
  | {
      readonly type: "HarmCrossed";
      readonly metric: MetricName;
      readonly logR: number;
      readonly candidateSessions: number;
      readonly evidenceHash: string;
    }
  | { readonly type: "NoWorseCertified"; readonly metric: MetricName; readonly evidenceHash: string }
  | { readonly type: "HoldSet"; readonly hold: HoldReason }
  | { readonly type: "HoldCleared"; readonly hold: HoldReason }
  /** A person has looked at the reason and goes on: the hold ends and the machine does not set it again. */
  | { readonly type: "HoldDismissed"; readonly hold: HoldReason }
  | { readonly type: "ApprovalAsked" }
  | { readonly type: "StepApproved" }
  | { readonly type: "DeadlineReached" }
  | { readonly type: "PromotionDecided"; readonly basis: PromotionBasis; readonly evidenceHash: string | null }
  | { readonly type: "StablePointerMoved"; readonly from: string; readonly to: string; readonly epoch: number }
  | { readonly type: "PinsDrained" }
  | { readonly type: "Completed"; readonly outcome: "promoted" | "observed" }
  | { readonly type: "RollbackStarted"; readonly cause: "harm" | "command"; readonly epoch: number }
  | { readonly type: "RolledBack" }
  | { readonly type: "AbortStarted"; readonly cause: "command" | "expired"; readonly epoch: number }
  | { readonly type: "Aborted" }
  | { readonly type: "Superseded"; readonly by: string; readonly epoch: number }
  | { readonly type: "Cancelled" };

/** One entry of a rollout's append-only, hash-chained log. `seq` counts from 1 without gaps. */
export interface RolloutEvent {
  readonly rolloutId: string;
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly actor: Actor;
  readonly reason: string;
  readonly fact: RolloutFact;
  /** Hash of the previous entry, 64 hex digits; 64 zeros for the first. */
  readonly prevHash: string;
  /** SHA-256 of the canonical form of all other fields. */
  readonly hash: string;
}

/** The snapshot: what the log adds up to. `reduce` alone makes it. */
export interface Rollout {
  readonly id: string;
  readonly channel: ChannelName;
  readonly plan: RolloutPlan;
  readonly planDigest: string;
  /** HMAC key of the assignment, 64 hex digits. */
  readonly seed: string;
  /** Release id of the channel's stable pointer when the rollout started: always the way back. */
  readonly stable: string;
  /** Release id of the candidate. */
  readonly candidate: string;
  readonly phase: Phase;
  readonly activity: Activity | null;
  readonly waits: readonly Wait[];
  readonly holds: readonly HoldReason[];
  /** Reasons that a person has dismissed for the rest of the rollout. */
  readonly dismissed: readonly HoldReason[];
  /** A person has agreed to leave this step; lapses with the next step, hold or deadline. */
  readonly approved: boolean;
  /** Index into `plan.steps`; -1 before the first. */
  readonly step: number;
  /** Candidate weight in [0, 1] as a function of the phase. */
  readonly weight: number;
  /** Channel epoch of the last routing change. */
  readonly epoch: number;
  readonly acked: boolean;
  /** Time observed on this step and in all, milliseconds; outages do not count. */
  readonly stepObservedMs: number;
  readonly observedMs: number;
  /** Time observed since the stable pointer moved, milliseconds. */
  readonly drainedMs: number;
  readonly deadlineReached: boolean;
  readonly certified: readonly MetricName[];
  readonly harm: { readonly metric: MetricName; readonly logR: number; readonly candidateSessions: number } | null;
  readonly promotion: { readonly basis: PromotionBasis; readonly evidenceHash: string | null } | null;
  readonly pointerMoved: boolean;
  readonly outcome: "promoted" | "observed" | "harm" | "command" | "expired" | "superseded" | "cancelled" | null;
  /** What people told it, the last word of each kind, oldest first. Absent in snapshots from before it was kept. */
  readonly told?: readonly Told[];
  /** The last evidence snapshot in the log. */
  readonly reading: Reading | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly seq: number;
  readonly lastHash: string;
}

const TERMINAL: readonly Phase[] = ["completed", "rolled_back", "aborted", "superseded", "cancelled"];
const ACTIVE: readonly Phase[] = ["shadowing", "ramping", "promoting", "draining"];

/** Whether nothing can happen to it any more. */
export const isTerminal = (phase: Phase): boolean => TERMINAL.includes(phase);

/** Whether it may carry candidate traffic, so that harm must be able to roll it back. */
export const isActive = (phase: Phase): boolean => ACTIVE.includes(phase);
