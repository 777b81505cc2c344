import type { Reading } from "../evidence/evidence.ts";
import { nameProof } from "../rollout/describe-harm.ts";
import type { HarmMetric, HoldReason, Rollout, RolloutEvent } from "../rollout/rollout.ts";

/** What of a rollout's log its present state does not say. Times are epoch milliseconds. */
export interface RolloutTurns {
  /** Share of new sessions that it had last. */
  readonly weight: number;
  readonly holds: ReadonlySet<HoldReason>;
  /** Since when it has been held without a break. */
  readonly heldSince: number | null;
  readonly withdrawal: {
    readonly at: number;
    readonly weight: number;
    readonly cause: string;
    /** Name of a person's key; `null` is the machine. */
    readonly by: string | null;
    readonly isOver: boolean;
  } | null;
  /** When the stable pointer moved to it, and who asked for that. */
  readonly moved: { readonly at: number; readonly by: string | null } | null;
  /** Name of the key that decided last on what becomes of it. */
  readonly decidedBy: string | null;
  /** The evidence that was written down last. */
  readonly seen: Reading | null;
  /** The metric that is blamed for harm, and what that was read in. */
  readonly harm: { readonly metric: HarmMetric; readonly reading: Reading | null } | null;
}

/** Before the first event. */
export const NO_TURNS: RolloutTurns = {
  weight: 0,
  holds: new Set(),
  heldSince: null,
  withdrawal: null,
  moved: null,
  decidedBy: null,
  seen: null,
  harm: null,
};

const CAUSES: Readonly<Record<string, string>> = {
  harm: "harm was proven",
  command: "a person said so",
  shadow: "it did not pass the shadow stage",
  trigger: "a trigger fired",
  provider_fault: "its provider fails",
  expired: "its time was over without proof",
  gate: "a gate failed",
};

/** Why a candidate was taken back, in words. */
export const causeWords = (cause: string): string => CAUSES[cause] ?? cause;

/** The same with what harm was proven by: "harm was proven by errors". */
export const provenWords = (
  cause: string,
  harm: Pick<NonNullable<Rollout["harm"]>, "metric"> | null,
  reading: Reading | null,
): string =>
  cause === "harm" && harm !== null ? `${causeWords(cause)} by ${nameProof(harm.metric, reading)}` : causeWords(cause);

/** What it has come to after one more event. */
export function turnRollout(turns: RolloutTurns, { at, actor, fact }: RolloutEvent): RolloutTurns {
  switch (fact.type) {
    case "Created":
    case "PromotionDecided":
      return { ...turns, decidedBy: actor.kind === "key" ? actor.name : turns.decidedBy };
    case "StepEntered":
      return { ...turns, weight: fact.weight };
    case "StablePointerMoved":
      return { ...turns, weight: 1, moved: { at, by: turns.decidedBy } };
    case "HoldSet":
      return { ...turns, holds: new Set([...turns.holds, fact.hold]), heldSince: turns.heldSince ?? at };
    case "HoldCleared":
    case "HoldDismissed": {
      const holds = new Set([...turns.holds].filter((hold) => hold !== fact.hold));
      return { ...turns, holds, heldSince: holds.size === 0 ? null : turns.heldSince };
    }
    case "EvidenceSnapshot":
      return { ...turns, seen: fact.reading };
    case "HarmCrossed":
      return { ...turns, harm: { metric: fact.metric, reading: turns.seen } };
    case "RollbackStarted":
    case "AbortStarted": {
      const by = actor.kind === "key" ? actor.name : null;
      const cause = provenWords(fact.cause, turns.harm, turns.harm?.reading ?? null);
      return { ...turns, withdrawal: { at, weight: turns.weight, cause, by, isOver: false } };
    }
    case "RolledBack":
    case "Aborted":
      return turns.withdrawal === null ? turns : { ...turns, withdrawal: { ...turns.withdrawal, isOver: true } };
    default:
      return turns;
  }
}
