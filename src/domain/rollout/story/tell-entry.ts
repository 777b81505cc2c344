import type { Reading } from "../../evidence/evidence.ts";
import { formatShare, listMetrics } from "../describe-effect.ts";
import { countCandidates, nameProof } from "../describe-harm.ts";
import type { RolloutEvent, RolloutFact } from "../rollout.ts";

/** One line of a rollout's history. */
export interface HistoryLine {
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** A person's name; `null` for the machine. */
  readonly by: string | null;
  readonly line: string;
}

/** Entries that only keep the books; a history of a week would have a thousand of them. */
const BOOKKEEPING: ReadonlySet<RolloutFact["type"]> = new Set([
  "TimeObserved",
  "EvidenceSnapshot",
  "ShadowSnapshot",
  "RoutesAcked",
]);

/** The history of a rollout, a line for everything that happened to it. */
export function tellHistory(events: readonly RolloutEvent[]): readonly HistoryLine[] {
  const lines: HistoryLine[] = [];
  // What a decision rests on stands in the log in front of it.
  let seen: Reading | null = null;
  for (const { seq, at, actor, reason, fact } of events) {
    if (fact.type === "EvidenceSnapshot") seen = fact.reading;
    if (BOOKKEEPING.has(fact.type) || (fact.type === "Validated" && fact.waits.length === 0)) continue;
    const isPerson = actor.kind === "key";
    const line = `${tellFact(fact, seen)}${isPerson ? ` (${actor.name}: ${oneLine(reason)})` : ""}`;
    lines.push({ seq, at, by: isPerson ? actor.name : null, line });
  }
  return lines;
}

const MAX_REASON = 200;

function oneLine(reason: string): string {
  const short = reason.length > MAX_REASON ? `${reason.slice(0, MAX_REASON - 1).toWellFormed()}…` : reason;
  return `"${short.replaceAll(/\s+/g, " ").trim()}"`;
}

type TellerOf<T extends RolloutFact["type"]> = (
  fact: Extract<RolloutFact, { readonly type: T }>,
  seen: Reading | null,
) => string;

const WITHDRAWN: Readonly<Record<string, string>> = {
  harm: "because harm was proven",
  command: "as a person told it",
  shadow: "because it did not pass the shadow stage",
  trigger: "because a trigger fired",
  provider_fault: "because its provider fails",
  expired: "because the deadline passed without proof",
  gate: "because a gate failed",
};

const because = (cause: string): string => WITHDRAWN[cause] ?? `because of ${cause.replaceAll("_", " ")}`;

const words = (name: string): string => name.replaceAll("_", " ");

/** Facts with something of their own to say; any other is told by its name. */
const TELLERS: { readonly [T in RolloutFact["type"]]?: TellerOf<T> } = {
  Created: ({ plan }) =>
    `Opened as ${words(plan.strategy)} with ${plan.steps.length} ${plan.steps.length === 1 ? "step" : "steps"}.`,
  Validated: ({ waits }) => `Waits for: ${waits.map(words).join(", ")}.`,
  WaitEnded: ({ wait }) => `No longer waits for: ${words(wait)}.`,
  ApprovalDenied: () => "Approval was denied.",
  Started: () => "Started.",
  StepEntered: ({ step, weight, epoch }) => `Step ${step + 1}: ${formatShare(weight)} of new sessions, epoch ${epoch}.`,
  ShadowEntered: ({ epoch }) => `Copies of stable's calls go to the candidate, epoch ${epoch}.`,
  ShadowPassed: () => "The shadow stage was passed.",
  ShadowFailed: ({ metrics }) => `The shadow stage was not passed: ${metrics.join(", ")}.`,
  HarmCrossed: ({ metric, logR, candidateSessions, stage }, seen) => {
    const after =
      stage === "shadow" ? `${candidateSessions.toLocaleString("en-US")} pairs` : countCandidates(candidateSessions);
    const proof = nameProof(metric, seen);
    return `Harm was proven by ${proof}${proof.includes(",") ? "," : ""} after ${after} (log R ${logR.toFixed(1)}).`;
  },
  WinnerFound: ({ winner, sessions }) =>
    `The test ended after ${sessions.toLocaleString("en-US")} sessions: ${winner === "none" ? "no difference of the size that was looked for" : `${winner} won`}.`,
  NoWorseCertified: ({ metric }) => `Proven no worse: ${listMetrics([metric])}.`,
  HoldSet: ({ hold }) => `Held: ${words(hold)}.`,
  HoldCleared: ({ hold }) => `No longer held: ${words(hold)}.`,
  HoldDismissed: ({ hold }) => `Goes on in spite of: ${words(hold)}.`,
  ApprovalAsked: () => "Every other gate is clear; a person is asked.",
  GateAsked: ({ gate }) => `The gate ${gate} is asked.`,
  GateDecided: ({ gate, standing }) => `The gate ${gate} ${standing}.`,
  GateApproved: ({ gate }) => `The gate ${gate} was approved.`,
  StepApproved: () => "The next step was approved.",
  DeadlineReached: () => "The deadline passed without proof.",
  PromotionDecided: ({ basis }) => `The promotion was decided: ${BASES[basis] ?? words(basis)}.`,
  StablePointerMoved: ({ epoch }) => `The stable pointer moved, epoch ${epoch}.`,
  PinsDrained: () => "Sessions that began before have run out.",
  Completed: ({ outcome }) => (outcome === "promoted" ? "Completed: promoted." : "Completed: only observed."),
  RollbackStarted: ({ cause, epoch }) => `The candidate is rolled back ${because(cause)}, epoch ${epoch}.`,
  RolledBack: () => "Rolled back: every replica has let go.",
  AbortStarted: ({ cause, epoch }) => `Aborted ${because(cause)}, epoch ${epoch}.`,
  Aborted: () => "Ended: every replica has let go.",
  Superseded: () => "Made way for a newer release.",
  Cancelled: () => "Cancelled before it started.",
};

const BASES: Readonly<Record<string, string>> = {
  "non-inferior": "every required metric is proven no worse",
  human_override: "a person decided so",
  unproven_policy: "the plan promotes at the deadline",
  gates: "its gates are clear",
  superior: "it is proven better",
};

function tellFact(fact: RolloutFact, seen: Reading | null): string {
  // The compiler cannot see that the table's entry and the fact share their type.
  const teller = TELLERS[fact.type] as ((told: RolloutFact, seen: Reading | null) => string) | undefined;
  return teller?.(fact, seen) ?? `${fact.type.replaceAll(/([a-z])([A-Z])/g, "$1 $2")}.`;
}
