import { withActivity } from "../activity.ts";
import { isActive, isWithdrawing } from "../rollout.ts";
import type { HoldReason, Rollout } from "../rollout.ts";
import type { Transitions } from "./transition.ts";

const without = (holds: readonly HoldReason[], hold: HoldReason): readonly HoldReason[] =>
  holds.filter((other) => other !== hold);

/** Steps, their time, evidence, holds and approvals. */
export const ramping = {
  StepEntered(rollout, { step, weight, epoch }) {
    if (rollout.phase !== "ramping" || step <= rollout.step) return rollout;
    const entered: Rollout = { ...rollout, step, weight, epoch, acked: false, stepObservedMs: 0, approved: false };
    return withActivity({ ...entered, activity: null });
  },
  RoutesAcked(rollout, { epoch }) {
    if (epoch !== rollout.epoch || rollout.acked) return rollout;
    const drains = rollout.phase === "promoting" && rollout.pointerMoved;
    return withActivity({ ...rollout, acked: true, phase: drains ? "draining" : rollout.phase });
  },
  TimeObserved(rollout, { ms }) {
    if (!(ms > 0)) return rollout;
    if (isWithdrawing(rollout.phase)) return { ...rollout, leavingMs: (rollout.leavingMs ?? 0) + ms };
    if (!isActive(rollout.phase)) return rollout;
    const onStep = rollout.phase === "ramping" || rollout.phase === "shadowing";
    const isUnexposed = onStep && rollout.weight === 0;
    return {
      ...rollout,
      observedMs: rollout.observedMs + ms,
      stepObservedMs: rollout.stepObservedMs + (onStep ? ms : 0),
      drainedMs: rollout.drainedMs + (rollout.pointerMoved ? ms : 0),
      ...(rollout.holds.includes("provider_fault") && { providerFaultMs: (rollout.providerFaultMs ?? 0) + ms }),
      ...(isUnexposed && { unexposedMs: (rollout.unexposedMs ?? 0) + ms }),
    };
  },
  EvidenceSnapshot: (rollout, { reading }) => ({ ...rollout, reading }),
  HarmCrossed(rollout, { metric, logR, candidateSessions, stage }) {
    if (!isActive(rollout.phase) || rollout.harm !== null) return rollout;
    return { ...rollout, harm: { metric, logR, candidateSessions, ...(stage !== undefined && { stage }) } };
  },
  WinnerFound(rollout, { winner }) {
    return rollout.phase === "ramping" && rollout.winner === undefined ? { ...rollout, winner } : rollout;
  },
  NoWorseCertified(rollout, { metric }) {
    if (!isActive(rollout.phase) || rollout.certified.includes(metric)) return rollout;
    return { ...rollout, certified: [...rollout.certified, metric] };
  },
  HoldSet(rollout, { hold }) {
    if (!isActive(rollout.phase) || rollout.holds.includes(hold)) return rollout;
    return withActivity({ ...rollout, holds: [...rollout.holds, hold], approved: false });
  },
  HoldCleared: (rollout, { hold }) => withActivity({ ...rollout, holds: without(rollout.holds, hold) }),
  HoldDismissed(rollout, { hold }) {
    if (!isActive(rollout.phase)) return rollout;
    const dismissed = rollout.dismissed.includes(hold) ? rollout.dismissed : [...rollout.dismissed, hold];
    return withActivity({ ...rollout, dismissed, holds: without(rollout.holds, hold) });
  },
  ApprovalAsked(rollout) {
    return rollout.activity === "observing" ? { ...rollout, activity: "awaiting_approval" } : rollout;
  },
  StepApproved(rollout) {
    if (rollout.activity !== "awaiting_approval") return rollout;
    return { ...rollout, activity: "observing", approved: true };
  },
  DeadlineReached(rollout) {
    if (rollout.phase !== "ramping" || rollout.deadlineReached) return rollout;
    // What was asked or agreed before was another question.
    return withActivity({ ...rollout, deadlineReached: true, approved: false, activity: null });
  },
} satisfies Partial<Transitions>;
