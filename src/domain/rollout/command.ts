import type { ErrorCode } from "../errors.ts";
import { approvalsForOverride, approveGate, denyGate, notAnAdmin, tellGate } from "./gates/tell-gate.ts";
import type { GateCommand, Person } from "./gates/tell-gate.ts";
import { isActive, isTerminal, isWithdrawing } from "./rollout.ts";
import type { HoldReason, Phase, Rollout, RolloutFact, Wait } from "./rollout.ts";
import { keepsWeightForProvider } from "./rules/provider-fault.ts";
import { isStoppedByHarm } from "./rules/judge-harm.ts";
import { withdraw } from "./withdraw.ts";

/** What a person can tell a rollout. Who and why stand on the events. */
export type Command =
  /** Waits no longer for a schedule or a dependency; of a dark launch starts the ladder behind it. */
  | { readonly type: "start" }
  /** Promotes without waiting for proof: a human override. */
  | { readonly type: "promote" }
  | { readonly type: "hold" }
  | { readonly type: "resume" }
  | { readonly type: "abort" }
  | { readonly type: "rollback" }
  | { readonly type: "approve" }
  | { readonly type: "deny" }
  | { readonly type: "cancel" }
  /** Makes way for a newer release, given by its id. */
  | { readonly type: "supersede"; readonly by: string };

/** What a command has to know of the world. */
export interface CommandContext {
  /** The epoch to use if the command changes routing. */
  readonly nextEpoch: number;
  /** The channel's stable release id now. */
  readonly channelStable: string;
  /** Hash of the evidence as it stands, for an override; `null` when there is none. */
  readonly evidenceHash: string | null;
  readonly frozen: boolean;
  /** Who gives the command; absent where it is no person. */
  readonly person?: Person;
}

/** The facts a command leads to ([]: the wish is fulfilled already), or a sentence on what to do instead. */
export type CommandAnswer =
  | { readonly facts: readonly RolloutFact[] }
  /** `code` absent: `rollout_conflict`. */
  | { readonly refused: string; readonly code?: ErrorCode };

/**
 * Turns a command into facts. Repeating one changes nothing. Hold, abort and rollback are open in every
 * active phase, freeze or not; after the pointer moved, the last two move it back.
 */
export function applyCommand(rollout: Rollout, command: Command | GateCommand, context: CommandContext): CommandAnswer {
  if (command.type === "gate") return tellGate(rollout, command, context.person);
  if (isTerminal(rollout.phase)) return answerAfterEnd(rollout, command);
  if (command.type === "supersede") return supersede(rollout, command.by, context);
  return ANSWERS[command.type](rollout, context);
}

type Answer = (rollout: Rollout, context: CommandContext) => CommandAnswer;

const ANSWERS: Readonly<Record<Exclude<Command["type"], "supersede">, Answer>> = {
  start,
  promote,
  hold,
  resume,
  abort,
  rollback,
  approve,
  deny,
  cancel,
};

const FULFILLED: CommandAnswer = { facts: [] };
const facts = (...due: readonly RolloutFact[]): CommandAnswer => ({ facts: due });
const refused = (sentence: string): CommandAnswer => ({ refused: sentence });

const isBeforeStart = ({ startedAt }: Rollout): boolean => startedAt === null;

const LEAVING = "The candidate is being withdrawn; wait until the rollout has ended and open a new one.";
const NOT_STARTED = "The rollout has not started; cancel it if it should not start.";

const WITHOUT_CANDIDATE: readonly Phase[] = ["rolled_back", "aborted", "superseded", "cancelled"];
const ENDS: readonly Phase[] = [...WITHOUT_CANDIDATE, "completed"];

/** The ends in which each wish is fulfilled. */
const FULFILLED_BY: Readonly<Record<Command["type"], readonly Phase[]>> = {
  start: ["completed"],
  promote: ["completed"],
  hold: [],
  resume: ["completed"],
  abort: WITHOUT_CANDIDATE,
  rollback: WITHOUT_CANDIDATE,
  approve: ["completed"],
  deny: WITHOUT_CANDIDATE,
  cancel: WITHOUT_CANDIDATE,
  supersede: ENDS,
};

function answerAfterEnd({ phase, channel }: Rollout, { type }: Command): CommandAnswer {
  if (FULFILLED_BY[type].includes(phase)) return FULFILLED;
  const way =
    phase === "completed"
      ? "The rollout has completed and its candidate is stable; roll the endpoint back to return to the release before it."
      : `The rollout has ended (${phase.replace("_", " ")}); apply the release again to open a new one (\`rollward apply --again --endpoint ${channel.endpoint}\`).`;
  return refused(way);
}

/** Waits that a person may cut short; the others are rights of someone else or facts of the channel. */
const SKIPPABLE: readonly Wait[] = ["schedule", "dependency"];

const WAIT_HELP: Readonly<Record<Wait, string>> = {
  approval: "it waits for approval; approve it",
  queue: "another rollout of the channel is under way; abort that one or wait until it has ended",
  freeze: "a freeze is in force; wait until it ends",
  schedule: "it waits for its scheduled time",
  dependency: "it waits for a dependency",
};

/** Whether a dark launch waits for a person to start the ladder behind it. */
const isDark = ({ plan, step, activity }: Rollout): boolean =>
  plan.strategy === "dark" && step === 0 && activity === "awaiting_approval";

function start(rollout: Rollout, { frozen }: CommandContext): CommandAnswer {
  if (isWithdrawing(rollout.phase)) return refused(LEAVING);
  if (isDark(rollout)) return facts({ type: "StepApproved" });
  if (!isBeforeStart(rollout)) return FULFILLED;
  if (rollout.phase === "draft") return refused("The plan has not been validated yet; validate it first.");
  if (frozen) return refused("The rollout cannot start during a freeze; wait until it ends.");
  const blocking = rollout.waits.find((wait) => !SKIPPABLE.includes(wait));
  if (blocking !== undefined) return refused(`The rollout cannot start yet: ${WAIT_HELP[blocking]}.`);
  return { facts: rollout.waits.map((wait) => ({ type: "WaitEnded", wait })) };
}

/** Holds that rest on missing or doubtful evidence, or on a person's word: an override goes past them. */
const OVERRIDDEN: readonly HoldReason[] = [
  "manual",
  "no_data",
  "inconclusive",
  "srm",
  "provider_fault",
  "gate",
  "trigger",
];

/** Holds that an override does not go past either: it would be accepted and never happen. */
const LACKING = ["control_unhealthy", "candidate_missing"] as const;

function promote(rollout: Rollout, { frozen, evidenceHash }: CommandContext): CommandAnswer {
  if (isWithdrawing(rollout.phase)) return refused(LEAVING);
  if (rollout.phase === "promoting" || rollout.phase === "draining") return FULFILLED;
  if (rollout.phase !== "ramping") return refused(`${NOT_STARTED} It can be promoted once it serves sessions.`);
  if (isStoppedByHarm(rollout)) {
    return refused("The candidate is proven harmful and cannot be promoted; roll it back and make a better release.");
  }
  if (frozen) return refused("Nothing is promoted during a freeze; wait until it ends.");
  const lacking = LACKING.find((hold) => rollout.holds.includes(hold));
  if (lacking !== undefined) return refused(HOLD_HELP[lacking]);
  const unapproved = approvalsForOverride(rollout);
  if (unapproved !== null) return unapproved;
  const lifted = rollout.holds.filter((hold) => OVERRIDDEN.includes(hold));
  const dismissals: readonly RolloutFact[] = lifted.map((hold) => ({ type: "HoldDismissed", hold }));
  return facts(...dismissals, { type: "PromotionDecided", basis: "human_override", evidenceHash });
}

function hold(rollout: Rollout): CommandAnswer {
  if (isWithdrawing(rollout.phase)) return refused(LEAVING);
  if (!isActive(rollout.phase)) return refused(NOT_STARTED);
  return rollout.holds.includes("manual") ? FULFILLED : facts({ type: "HoldSet", hold: "manual" });
}

/** Doubts that a person may settle for the rest of the rollout. */
const DISMISSIBLE: readonly HoldReason[] = ["inconclusive", "srm", "provider_fault", "trigger"];

/** What to do about the holds that a person cannot lift. */
const HOLD_HELP = {
  harm: "The candidate is proven harmful; roll it back or abort.",
  freeze: "The freeze must end first; this hold clears by itself.",
  no_data: "Sessions without an outcome prove nothing; this hold clears by itself when outcomes come.",
  gate: "A gate failed; retry it, or say that it passed: `rollward rollout gate retry` or `rollward rollout gate pass`.",
  candidate_missing: "The candidate's release or one of its models is gone; add it again, or roll back.",
  control_unhealthy:
    "The stable release is failing; this hold clears by itself when it answers again. " +
    "If the candidate is the repair, abort this rollout and apply it again with `strategy: instant`.",
} satisfies Partial<Record<HoldReason, string>>;

/** A person's own hold ends; a doubt that only a person can settle is dismissed for good, one that keeps the weight as well. */
function resume(rollout: Rollout): CommandAnswer {
  if (isWithdrawing(rollout.phase)) return refused(LEAVING);
  if (!isActive(rollout.phase)) return refused(NOT_STARTED);
  if (keepsWeightForProvider(rollout)) return facts({ type: "HoldDismissed", hold: "provider_fault" });
  const due = rollout.holds.flatMap((held): readonly RolloutFact[] => {
    if (held === "manual") return [{ type: "HoldCleared", hold: held }];
    return DISMISSIBLE.includes(held) ? [{ type: "HoldDismissed", hold: held }] : [];
  });
  const helps: Partial<Record<HoldReason, string>> = HOLD_HELP;
  const help = rollout.holds.map((held) => helps[held]).find((sentence) => sentence !== undefined);
  return due.length > 0 || help === undefined ? facts(...due) : refused(help);
}

function abort(rollout: Rollout, { nextEpoch }: CommandContext): CommandAnswer {
  if (isWithdrawing(rollout.phase)) return FULFILLED;
  if (isBeforeStart(rollout)) return facts({ type: "Cancelled" });
  return { facts: withdraw(rollout, { type: "AbortStarted", cause: "command", epoch: nextEpoch }) };
}

function rollback(rollout: Rollout, { nextEpoch }: CommandContext): CommandAnswer {
  if (isWithdrawing(rollout.phase)) return FULFILLED;
  if (isBeforeStart(rollout)) return refused(NOT_STARTED);
  return { facts: withdraw(rollout, { type: "RollbackStarted", cause: "command", epoch: nextEpoch }) };
}

function approve(rollout: Rollout, { person }: CommandContext): CommandAnswer {
  const atGate = approveGate(rollout, person) ?? notAnAdmin(person);
  if (atGate !== null) return atGate;
  if (rollout.waits.includes("approval")) return facts({ type: "WaitEnded", wait: "approval" });
  if (rollout.activity === "awaiting_approval") return facts({ type: "StepApproved" });
  if (rollout.approved) return FULFILLED;
  return refused("Nothing waits for approval now; it is asked when every other gate is clear.");
}

function deny(rollout: Rollout, { person }: CommandContext): CommandAnswer {
  const atGate = denyGate(rollout, person) ?? notAnAdmin(person);
  if (atGate !== null) return atGate;
  const isAsked = rollout.waits.includes("approval") || rollout.activity === "awaiting_approval";
  if (isAsked) return facts({ type: "ApprovalDenied" });
  if (isWithdrawing(rollout.phase)) return FULFILLED;
  return refused("Nothing waits for approval now; hold or abort the rollout to keep it from going on.");
}

function cancel(rollout: Rollout): CommandAnswer {
  if (isWithdrawing(rollout.phase)) return FULFILLED;
  if (isBeforeStart(rollout)) return facts({ type: "Cancelled" });
  return refused("The rollout has started and cannot be cancelled; abort it or roll it back.");
}

function supersede(rollout: Rollout, by: string, { nextEpoch }: CommandContext): CommandAnswer {
  const mayYield = isBeforeStart(rollout) || rollout.phase === "ramping" || rollout.phase === "shadowing";
  if (mayYield) return facts({ type: "Superseded", by, epoch: nextEpoch });
  return refused(
    isWithdrawing(rollout.phase)
      ? "The candidate is being withdrawn; queue the newer release, it starts when this rollout has ended."
      : "The candidate is being promoted; queue the newer release, it starts when this rollout has ended.",
  );
}
