import { listMetrics } from "../rollout/describe-effect.ts";
import type { MetricName } from "../rollout/plan.ts";
import type { HoldReason, RolloutEvent } from "../rollout/rollout.ts";

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
  /** The metric by which harm was proven. */
  readonly harm: string | null;
}

/** Before the first event. */
export const NO_TURNS: RolloutTurns = {
  weight: 0,
  holds: new Set(),
  heldSince: null,
  withdrawal: null,
  moved: null,
  decidedBy: null,
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
    case "HarmCrossed":
      return { ...turns, harm: metricWords(fact.metric) };
    case "RollbackStarted":
    case "AbortStarted": {
      const by = actor.kind === "key" ? actor.name : null;
      const proven = fact.cause === "harm" && turns.harm !== null ? ` by ${turns.harm}` : "";
      const cause = `${causeWords(fact.cause)}${proven}`;
      return { ...turns, withdrawal: { at, weight: turns.weight, cause, by, isOver: false } };
    }
    case "RolledBack":
    case "Aborted":
      return turns.withdrawal === null ? turns : { ...turns, withdrawal: { ...turns.withdrawal, isOver: true } };
    default:
      return turns;
  }
}

const metricWords = (metric: string): string =>
  metric.startsWith("shadow:")
    ? `${metric.slice("shadow:".length)} of the copies`
    : listMetrics([metric as MetricName]);
