import { StateMark } from "../../ui/state-mark.tsx";
import type { State } from "../../ui/state-mark.tsx";
import type { RolloutView } from "./rollout-view.ts";

const ENDED: Readonly<Record<string, readonly [State, string]>> = {
  completed: ["ok", "Promoted"],
  rolled_back: ["bad", "Rolled back"],
  aborted: ["warn", "Aborted"],
  superseded: ["none", "Superseded"],
  cancelled: ["none", "Cancelled"],
};

const RUNNING: Readonly<Record<string, readonly [State, string]>> = {
  draft: ["none", "Draft"],
  validated: ["none", "Not started"],
  pending: ["held", "Waiting to start"],
  shadowing: ["info", "Shadow"],
  ramping: ["info", "Ramping"],
  promoting: ["info", "Promoting"],
  draining: ["ok", "Promoted, watched"],
  rolling_back: ["bad", "Rolling back"],
  aborting: ["warn", "Aborting"],
};

/** Whether nothing can happen to a rollout any more. */
export const hasEnded = ({ state }: Pick<RolloutView, "state">): boolean => ENDED[state] !== undefined;

/** How a rollout stands: a state and a word. */
export function standingOf({
  state,
  holds,
  activity,
}: Pick<RolloutView, "state" | "holds" | "activity">): readonly [State, string] {
  if (ENDED[state] === undefined && holds.length > 0) return ["held", "Held"];
  if (activity === "awaiting_approval") return ["held", "Waits for approval"];
  return ENDED[state] ?? RUNNING[state] ?? ["none", state.replaceAll("_", " ")];
}

/** How a rollout stands. */
export function RolloutState({ rollout }: { rollout: Pick<RolloutView, "state" | "holds" | "activity"> }) {
  const [state, word] = standingOf(rollout);
  return <StateMark state={state}>{word}</StateMark>;
}
