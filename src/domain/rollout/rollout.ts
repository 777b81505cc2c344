import type { Reading } from "../evidence/evidence.ts";
import type { EvidenceCut } from "../evidence/evidence-cut.ts";
import type { ShadowReading } from "../evidence/shadow-reading.ts";
import type { ChannelName } from "../traffic/route.ts";
import type { Approval, GateAttempt, GateRunResult, GateState } from "./gates/gate-state.ts";
import type { MetricName, RolloutPlan } from "./plan.ts";
import type { Told } from "./told.ts";
import type { TriggerFiring } from "./trigger-plan.ts";

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
  | "harm"
  /** The candidate's release is gone, or one of its models is no longer configured. */
  | "candidate_missing"
  /** A gate failed or ran out of time. */
  | "gate"
  /** A classic trigger fired. */
  | "trigger";

/** What a pending rollout waits for. */
export type Wait = "approval" | "schedule" | "dependency" | "freeze" | "queue";

/** Why a promotion was allowed. */
export type PromotionBasis =
  | "non-inferior"
  | "human_override"
  | "unproven_policy"
  /** Its gates were clear; nothing was compared, because nobody had been given it. */
  | "gates"
  /** Proven better than stable. */
  | "superior";

/** What can be proven harmful: a gate metric, or by its name what the copies of a shadow stage are compared by. */
export type HarmMetric = MetricName | `shadow:${string}`;

/** How an A/B test ended. `none`: no difference of the size that was looked for. */
export type AbVerdict = "candidate" | "stable" | "none";

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
  /** Copies of stable's calls go to the candidate from this epoch on. */
  | { readonly type: "ShadowEntered"; readonly epoch: number }
  | { readonly type: "ShadowPassed"; readonly evidenceHash: string; readonly epoch: number }
  /** The stage is over and the candidate has not shown what it had to. */
  | { readonly type: "ShadowFailed"; readonly metrics: readonly string[]; readonly evidenceHash: string }
  | { readonly type: "RoutesAcked"; readonly epoch: number }
  | { readonly type: "TimeObserved"; readonly ms: number }
  /** `cut`: what of the journals it rests on; absent in logs from before it was kept, and where it is not known. */
  | {
      readonly type: "EvidenceSnapshot";
      readonly reading: Reading;
      readonly evidenceHash: string;
      readonly cut?: EvidenceCut;
    }
  | { readonly type: "ShadowSnapshot"; readonly reading: ShadowReading }
  | {
      readonly type: "HarmCrossed";
      readonly metric: HarmMetric;
      readonly logR: number;
      readonly candidateSessions: number;
      readonly evidenceHash: string;
      /** Where it was proven, unless on the ladder: on copies, or while a promotion baked. */
      readonly stage?: "shadow" | "bake";
    }
  /** An A/B test has come to its end. `sessions` of both arms. */
  | {
      readonly type: "WinnerFound";
      readonly winner: AbVerdict;
      readonly sessions: number;
      readonly evidenceHash: string;
    }
  | { readonly type: "NoWorseCertified"; readonly metric: MetricName; readonly evidenceHash: string }
  | { readonly type: "HoldSet"; readonly hold: HoldReason }
  | { readonly type: "HoldCleared"; readonly hold: HoldReason }
  /** A person has looked at the reason and goes on: the hold ends and the machine does not set it again. */
  | { readonly type: "HoldDismissed"; readonly hold: HoldReason }
  | { readonly type: "ApprovalAsked" }
  /** A gate is asked: what runs begins to run, and people and clocks are waited for. */
  | ({ readonly type: "GateAsked"; readonly detail: string } & GateAttempt)
  /** How an attempt of a gate ended; it is not asked again for this step unless somebody wants it. */
  | ({ readonly type: "GateDecided" } & GateRunResult)
  | ({ readonly type: "GateApproved"; readonly approval: Approval } & GateAttempt)
  | ({ readonly type: "TriggerFired" } & TriggerFiring)
  | { readonly type: "StepApproved" }
  | { readonly type: "DeadlineReached" }
  | { readonly type: "PromotionDecided"; readonly basis: PromotionBasis; readonly evidenceHash: string | null }
  | { readonly type: "StablePointerMoved"; readonly from: string; readonly to: string; readonly epoch: number }
  /** With an `epoch` the promotion goes on baking after it. */
  | { readonly type: "PinsDrained"; readonly epoch?: number }
  /** With an `epoch` the candidate leaves traffic with it. */
  | { readonly type: "Completed"; readonly outcome: "promoted" | "observed"; readonly epoch?: number }
  | {
      readonly type: "RollbackStarted";
      readonly cause: "harm" | "command" | "shadow" | "trigger" | "provider_fault";
      readonly epoch: number;
    }
  | { readonly type: "RolledBack" }
  | { readonly type: "AbortStarted"; readonly cause: "command" | "expired" | "gate"; readonly epoch: number }
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
  readonly harm: {
    readonly metric: HarmMetric;
    readonly logR: number;
    readonly candidateSessions: number;
    /** Where it was proven, unless on the ladder. */
    readonly stage?: "shadow" | "bake";
  } | null;
  readonly promotion: { readonly basis: PromotionBasis; readonly evidenceHash: string | null } | null;
  readonly pointerMoved: boolean;
  readonly outcome:
    | "promoted"
    | "observed"
    | "harm"
    | "command"
    | "shadow"
    | "trigger"
    | "provider_fault"
    | "gate"
    | "expired"
    | "superseded"
    | "cancelled"
    | null;
  /** Time observed while the candidate had no weight, milliseconds: the deadline does not count it. Absent is none. */
  readonly unexposedMs?: number;
  /** Whether sessions that began before the promotion have run out while it still bakes. */
  readonly pinsDrained?: boolean;
  /** Time observed since the withdrawal began, milliseconds, where sessions may finish on the candidate. */
  readonly leavingMs?: number;
  /** When the stable pointer moved to the candidate, epoch milliseconds; absent where it never did, or before it was kept. */
  readonly promotedAt?: number;
  /** How an A/B test ended; absent before. */
  readonly winner?: AbVerdict;
  /** The last snapshot of the shadow stage in the log; absent before the first. */
  readonly shadowReading?: ShadowReading;
  /** Who opened it; absent in snapshots from before it was kept. */
  readonly openedBy?: Actor;
  /** The gates that were asked so far, each at its step; absent is none. */
  readonly gates?: readonly GateState[];
  /** The trigger that fired first; absent is none. */
  readonly trigger?: TriggerFiring;
  /** Time observed while it was held for a provider's fault, milliseconds; absent is none. */
  readonly providerFaultMs?: number;
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

/** Whether the candidate is being taken back. */
export const isWithdrawing = (phase: Phase): boolean => phase === "rolling_back" || phase === "aborting";

/** Whether it may carry candidate traffic, so that harm must be able to roll it back. */
export const isActive = (phase: Phase): boolean => ACTIVE.includes(phase);

/** Whether it took steps and no evidence of them was kept: one of before withdrawals by people kept the last reading. */
export const isEvidenceLost = ({ reading, step }: Pick<Rollout, "reading" | "step">): boolean =>
  reading === null && step >= 0;
