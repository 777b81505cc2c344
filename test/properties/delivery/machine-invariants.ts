import { applyCommand } from "../../../src/domain/rollout/command.ts";
import type { Command } from "../../../src/domain/rollout/command.ts";
import { verifyLog } from "../../../src/domain/rollout/log.ts";
import { planDigest } from "../../../src/domain/rollout/open-rollout.ts";
import { applyFact } from "../../../src/domain/rollout/reduce.ts";
import { isActive, isTerminal } from "../../../src/domain/rollout/rollout.ts";
import type { Rollout, RolloutFact } from "../../../src/domain/rollout/rollout.ts";
import { startedIn } from "./chronicle.ts";
import type { Look, Told } from "./chronicle.ts";
import { decisionOf, freshEntries, must, mustEqual, wasAcked } from "./invariant.ts";
import type { Invariant } from "./invariant.ts";
import { SKEW_MS } from "./world.ts";

const CARRYING = ["ramping", "promoting", "draining"];

function oneActiveRollout(look: Look): void {
  const started = startedIn(look);
  must(started.length <= 1, () => `${started.map(({ id }) => id).join(" and ")} are under way together`);
  mustEqual(look.channel.rolloutId, started[0]?.id ?? null, "the channel's rollout");
  must(look.releases.has(look.channel.stable), `the pointer names ${look.channel.stable}, which does not exist`);
}

function weightFollowsPhase({ rollouts, replicas, channel }: Look): void {
  for (const { id, state } of rollouts) {
    must(state.weight >= 0 && state.weight <= 1, `${id} has the weight ${state.weight}`);
    const mayCarry = CARRYING.includes(state.phase) || state.outcome === "promoted";
    must(mayCarry || state.weight === 0, `${id} is ${state.phase} at the weight ${state.weight}`);
  }
  for (const { route } of replicas) {
    // Who has heard of the end draws nobody into it.
    const split = route?.split;
    if (split == null || (route?.epoch ?? 0) < channel.epoch || split.weight === 0) continue;
    const { state } = rollouts.find(({ id }) => id === split.rolloutId) ?? {};
    must(state !== undefined && !isTerminal(state.phase), `${split.rolloutId} has ended and still draws sessions`);
  }
}

function weightGrowsByGuardedSteps(look: Look): void {
  for (const { told, event, fact, before, after } of freshEntries(look)) {
    if (before === null || after.weight <= before.weight) continue;
    must(fact.type === "StepEntered" || fact.type === "StablePointerMoved", `${fact.type} raised the weight`);
    must(before.harm === null || before.plan.mode === "observe", `the weight grew after harm (${told.id})`);
    mustEqual(before.holds, [], `holds of ${told.id} when its weight grew`);
    if (fact.type === "StablePointerMoved") must(before.promotion !== null, "the pointer moved undecided");
    if (fact.type !== "StepEntered" || before.step < 0) continue;
    const step = before.plan.steps[before.step];
    must(step !== undefined, "a step that the plan does not have");
    must(wasAcked(told, before.epoch, event.seq), `step ${fact.step} before epoch ${before.epoch} was acknowledged`);
    must(before.stepObservedMs >= step.minDurationMs, `step ${fact.step} after ${before.stepObservedMs} ms`);
    must(!step.approval || wasApproved(told, event.seq), `step ${fact.step} without the approval it needs`);
    const sessions = assignedOn(told.batches, before.epoch);
    const waiting = look.world.served.filter((one) => one.evidenceOf === told.id).length;
    must(Math.max(sessions, waiting) >= step.minSessions, `step ${fact.step} after ${sessions} sessions`);
  }
}

/** Whether a person agreed to leave this step: an approval lapses with the next step, hold or deadline. */
function wasApproved({ events }: Told, seq: number): boolean {
  const lapsing = ["StepEntered", "HoldSet", "DeadlineReached", "ApprovalDenied"];
  const before = events.filter((event) => event.seq < seq);
  const approved = before.findLast(({ fact }) => fact.type === "StepApproved")?.seq ?? 0;
  return approved > (before.findLast(({ fact }) => lapsing.includes(fact.type))?.seq ?? 0);
}

/** Nothing that raises exposure is decided during a freeze; times in the log may be those of the skewed clock. */
function freezeStopsAdvance(look: Look): void {
  const raising = new Set(["Started", "StepEntered", "PromotionDecided"]);
  for (const { told, event, fact } of freshEntries(look)) {
    if (event.actor.kind !== "machine" || !raising.has(fact.type)) continue;
    const isFrozen = look.world.frozen.some(
      ({ from, until }) => event.at - SKEW_MS > from && (until === null || event.at < until),
    );
    must(!isFrozen, `${told.id}: ${fact.type} during a freeze`);
  }
}

/** A gate that something or somebody must clear stands before every step it is planned for. */
function gatesComeFirst(look: Look): void {
  for (const { told, event, fact, before } of freshEntries(look)) {
    if (before === null || event.actor.kind !== "machine") continue;
    const point = pointOf(fact, before);
    if (point === null) continue;
    for (const { name, at, kind } of before.plan.gates ?? []) {
      if (at !== point.at || (kind !== "command" && kind !== "approval")) continue;
      const state = before.gates?.find(({ gate, step }) => gate === name && step === point.step);
      must(
        state?.standing === "passed",
        `${told.id}: ${fact.type} while the gate ${name} is ${state?.standing ?? "not asked"}`,
      );
    }
  }
}

function pointOf(fact: RolloutFact, { plan }: Rollout): { readonly at: string; readonly step: number } | null {
  if (fact.type === "Started") return { at: "before_start", step: -1 };
  if (fact.type === "StepEntered" && fact.step > 0) return { at: "before_step", step: fact.step };
  if (fact.type === "PromotionDecided") return { at: "before_promotion", step: plan.steps.length - 1 };
  return null;
}

const assignedOn = (batches: Look["rollouts"][number]["batches"], epoch: number): number =>
  batches
    .flatMap(({ entries }) => entries)
    .filter((entry) => entry.type === "assigned" && entry.assignment.epoch === epoch).length;

function harmWithdrawsAtOnce(look: Look): void {
  for (const entry of freshEntries(look)) {
    const { told, event, fact, before, after } = entry;
    if (fact.type === "RolledBack" || fact.type === "Aborted") {
      must(
        before !== null && wasAcked(told, before.epoch, event.seq),
        `${told.id}: ${fact.type} before all had let go`,
      );
    }
    if (fact.type !== "HarmCrossed" || after.plan.mode !== "enforce") continue;
    const start = decisionOf(told, entry).find(({ fact: { type } }) => type === "RollbackStarted")?.fact;
    must(start?.type === "RollbackStarted", `${told.id}: harm was proven and nothing was withdrawn`);
    must(start.epoch > after.epoch, `${told.id}: the withdrawal opened no epoch`);
  }
  for (const { id, state } of look.rollouts) {
    if (state.phase !== "rolling_back" && state.phase !== "aborting") continue;
    mustEqual(state.weight, 0, `weight of ${id} while it is withdrawn`);
    for (const { route, replica } of look.replicas) {
      if ((route?.epoch ?? 0) < state.epoch) continue;
      const isServed = route?.split?.rolloutId === id && route.split.weight > 0;
      must(!isServed, `${replica.replicaId} serves the candidate of ${id} in the epoch of its withdrawal`);
    }
  }
}

const COMMANDS: readonly Command[] = [
  ...(["start", "promote", "hold", "resume", "abort", "rollback", "approve", "deny", "cancel"] as const).map(
    (type) => ({
      type,
    }),
  ),
  { type: "supersede", by: "rel_0" },
];
const CONTEXT = { nextEpoch: 99, channelStable: "rel_1", evidenceHash: null, frozen: false };
const LATE: readonly RolloutFact[] = [
  { type: "RollbackStarted", cause: "command", epoch: 99 },
  { type: "StepEntered", step: 1, weight: 0.5, epoch: 99 },
  { type: "RoutesAcked", epoch: 99 },
  { type: "TimeObserved", ms: 5_000 },
  { type: "WaitEnded", wait: "queue" },
];

function endsAbsorb({ rollouts }: Look): void {
  for (const { id, state, fresh } of rollouts) {
    for (const { before, event } of fresh) {
      must(before === null || !isTerminal(before.phase), `${id} grew by entry ${event.seq} after its end`);
    }
    if (!isTerminal(state.phase) || fresh.length === 0) continue;
    must(state.endedAt !== null, `${id} ended and does not say when`);
    for (const command of COMMANDS) {
      const answer = applyCommand(state, command, CONTEXT);
      must("refused" in answer || answer.facts.length === 0, `${command.type} changed ${id} after its end`);
    }
    for (const fact of LATE) mustEqual(applyFact(state, fact, 0), state, `${id} after a late ${fact.type}`);
  }
}

function noDataIsNoVerdict(look: Look): void {
  for (const { told, event, fact, after } of freshEntries(look)) {
    // Before anybody is given the candidate there is nothing to wait for but its gates.
    if (event.actor.kind !== "machine" || after.weight === 0) continue;
    const passes = ["NoWorseCertified", "HarmCrossed", "ApprovalAsked"].includes(fact.type) || isOnProof(fact);
    if (!passes) continue;
    const { stable, candidate } = after.reading?.sessions ?? { stable: 0, candidate: 0 };
    must(stable + candidate > 0, `${told.id}: ${fact.type} without a single outcome`);
  }
}

const isOnProof = (fact: RolloutFact): boolean => fact.type === "PromotionDecided" && fact.basis === "non-inferior";

function promotionHasBasis(look: Look): void {
  for (const { told, fact, before, after } of freshEntries(look)) {
    if (after.outcome === "promoted") must(after.promotion !== null, `${told.id} was promoted without a decision`);
    if (fact.type !== "PromotionDecided" || before === null || fact.basis !== "non-inferior") continue;
    must(/^[0-9a-f]{64}$/.test(fact.evidenceHash ?? ""), `${told.id} was promoted on proof without evidence`);
    for (const { metric, required } of before.plan.metrics) {
      must(!required || before.certified.includes(metric), `${told.id} was promoted, ${metric} not being proven`);
    }
  }
}

function machineFollowsPlan(look: Look): void {
  for (const { told, event, fact, before } of freshEntries(look)) {
    if (before === null || event.actor.kind !== "machine") continue;
    if (fact.type === "StepEntered") {
      mustEqual(fact.step, before.step + 1, `next step of ${told.id}`);
      mustEqual(fact.weight, before.plan.steps[fact.step]?.weight, `weight of step ${fact.step} of ${told.id}`);
    }
    if (fact.type !== "StablePointerMoved") continue;
    const forward = before.phase === "promoting" && fact.to === before.candidate;
    const back = (before.phase === "rolling_back" || before.phase === "aborting") && fact.to === before.stable;
    must(forward || back, `${told.id} moved the pointer to ${fact.to} while ${before.phase}`);
  }
}

function planIsFrozen({ rollouts }: Look): void {
  for (const { id, events, state, fresh } of rollouts) {
    if (fresh.length === 0) continue;
    const created = events[0]?.fact;
    must(created?.type === "Created", `the log of ${id} does not begin with Created`);
    mustEqual(state.plan, created.plan, `plan of ${id}`);
    mustEqual(state.seed, created.seed, `seed of ${id}`);
    mustEqual(planDigest(state.plan), created.planDigest, `digest of the plan of ${id}`);
    const shares = state.plan.metrics.reduce((sum, { share }) => sum + share, 0);
    must(Math.abs(shares - 1) < 1e-9, `the shares of ${id} add up to ${shares}`);
  }
}

function logAddsUp({ rollouts }: Look): void {
  for (const { id, events, state, snapshot, fresh } of rollouts) {
    if (fresh.length === 0) continue;
    // Older entries were looked at before, and the store froze them.
    const chain = verifyLog(events.slice(-fresh.length - 1));
    must(chain.ok, () => `${id}: ${JSON.stringify(chain)}`);
    mustEqual(sorted(state), sorted(snapshot), `the log of ${id} against its snapshot`);
  }
}

const sorted = (value: object): unknown => Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));

function holdsKeepWeight(look: Look): void {
  for (const { told, fact, before, after } of freshEntries(look)) {
    if (before === null) continue;
    if (fact.type === "HoldSet") mustEqual(after.weight, before.weight, `weight of ${told.id} when it was held`);
    if (fact.type === "Completed") mustEqual(before.holds, [], `holds of ${told.id} when it completed`);
    if (fact.type !== "HoldCleared" && fact.type !== "HoldDismissed") continue;
    mustEqual(after.weight, before.weight, `weight of ${told.id} when a hold was cleared`);
    mustEqual(
      after.holds,
      before.holds.filter((hold) => hold !== fact.hold),
      `holds of ${told.id}`,
    );
    must(!isActive(before.phase) || isActive(after.phase), `clearing a hold ended ${told.id}`);
  }
}

/** The laws that the machine and its log answer for. */
export const MACHINE_INVARIANTS: readonly Invariant[] = [
  {
    number: 1,
    sentence:
      "A channel has at most one rollout that has started and not ended, and its pointer names a release that exists.",
    check: oneActiveRollout,
  },
  {
    number: 2,
    sentence:
      "The candidate has no weight outside ramping, promoting, draining and a completed promotion, and an ended rollout draws nobody.",
    check: weightFollowsPhase,
  },
  {
    number: 3,
    sentence:
      "The weight grows only by a step or the pointer whose guards held at that entry, and never after harm that counts.",
    check: weightGrowsByGuardedSteps,
  },
  {
    number: 4,
    sentence:
      "Proven harm takes the candidate's weight to 0 in one decision and one epoch, and a withdrawal ends only when every live replica has let go.",
    check: harmWithdrawsAtOnce,
  },
  { number: 5, sentence: "An ended rollout absorbs every command and every fact.", check: endsAbsorb },
  { number: 6, sentence: "Without outcomes the candidate neither passes nor fails.", check: noDataIsNoVerdict },
  {
    number: 7,
    sentence: "A promotion has a basis and its evidence, and on proof every required metric was certified before.",
    check: promotionHasBasis,
  },
  { number: 8, sentence: "The machine only follows the frozen plan or lowers exposure.", check: machineFollowsPlan },
  { number: 9, sentence: "Plan, seed, margins and shares are those of the first entry.", check: planIsFrozen },
  {
    number: 18,
    sentence: "During a freeze nothing starts, advances or is decided to be promoted by the machine.",
    check: freezeStopsAdvance,
  },
  {
    number: 19,
    sentence: "What a gate stands before does not happen until the gate has passed.",
    check: gatesComeFirst,
  },
  { number: 13, sentence: "The log is chained and adds up to the snapshot.", check: logAddsUp },
  {
    number: 15,
    sentence: "A held rollout keeps its weight, and clearing one reason leaves the others.",
    check: holdsKeepWeight,
  },
];
