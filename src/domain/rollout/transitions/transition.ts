import type { Phase, Rollout, RolloutFact } from "../rollout.ts";

/** A fact by its type. */
export type FactOf<T extends RolloutFact["type"]> = Extract<RolloutFact, { readonly type: T }>;

/** What one fact does to a rollout; the same rollout when the fact does not apply. `at` is epoch milliseconds. */
export type Transition<T extends RolloutFact["type"]> = (rollout: Rollout, fact: FactOf<T>, at: number) => Rollout;

/** One transition per fact, `Created` apart: it makes the rollout. */
export type Transitions = { readonly [T in Exclude<RolloutFact["type"], "Created">]: Transition<T> };

/** The rollout at its end: no weight beyond the one given, nothing waited for. */
export function ended(rollout: Rollout, phase: Phase, end: Pick<Rollout, "outcome" | "endedAt" | "weight">): Rollout {
  return { ...rollout, ...end, phase, activity: null, waits: [], holds: [] };
}
