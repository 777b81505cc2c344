import { GATES, lookAt } from "../gates/index.ts";
import { gatesAfterSwitch, gatesBefore, stateOf } from "../gates/gates-at.ts";
import type { GateHere } from "../gates/gates-at.ts";
import type { GateLook } from "../gates/gate-rule.ts";
import { isOpenAt } from "../gates/open-windows.ts";
import type { Observation } from "../observation.ts";
import type { Rollout, RolloutFact } from "../rollout.ts";
import type { Rule } from "./rule.ts";

/**
 * Lets a move through when its gates are clear. `moves` says what is due; it is asked as if a person had agreed to the
 * step, so that gates are asked before people are.
 */
export function passGates(rollout: Rollout, observation: Observation, moves: Rule): readonly RolloutFact[] {
  const due = moves(rollout, observation);
  if ((rollout.plan.gates ?? []).length === 0) return due;
  if (rollout.phase === "promoting") return isOutOfWindow(rollout, observation, due) ? [] : due;
  const isDraining = rollout.phase === "draining";
  const intended = rollout.phase === "ramping" ? moves({ ...rollout, approved: true }, observation) : due;
  const gates = isDraining ? gatesAfterSwitch(rollout) : gatesBefore(rollout, intended);
  if (gates.length === 0) return due;
  const { asked, passedNow, isClear } = inspect(gates, rollout, observation);
  if (!isClear) return isDraining ? [...asked, ...withoutEnd(due)] : asked;
  const isGoing = isDraining ? due.some(isEnd) : due.some((fact) => gatesBefore(rollout, [fact]).length > 0);
  return isGoing ? [...passedNow, ...due] : due;
}

/** Once decided a promotion goes on by itself, but not outside of its window: a crash may have come between. */
function isOutOfWindow(rollout: Rollout, { gates }: Observation, due: readonly RolloutFact[]): boolean {
  const moves = due.some((fact) => fact.type === "StablePointerMoved" && fact.to === rollout.candidate);
  if (!moves || rollout.promotion?.basis === "human_override") return false;
  return (rollout.plan.gates ?? []).some(
    (gate) =>
      gate.kind === "schedule" &&
      gate.at === "before_promotion" &&
      !(gates !== undefined && isOpenAt(gate.windows, gate.zone, gates.now)),
  );
}

interface Inspection {
  /** Gates that are asked now, for the first time. */
  readonly asked: readonly RolloutFact[];
  /** What conditions of the moment say, to be written down with the move. */
  readonly passedNow: readonly RolloutFact[];
  readonly isClear: boolean;
}

/** People are asked when everything else is clear. */
function inspect(gates: readonly GateHere[], rollout: Rollout, observation: Observation): Inspection {
  const machines = gates.filter(({ gate }) => gate.kind !== "approval").map(lookHere);
  const people = gates.filter(({ gate }) => gate.kind === "approval").map(lookHere);
  const isClear = machines.every(({ look }) => look.standing === "passed");
  const asked = (isClear ? people : machines).flatMap(({ here, look }) => askOnce(here, look, rollout));
  return {
    asked,
    passedNow: machines.flatMap(({ here, look }) => passNow(here, look, rollout)),
    isClear: isClear && people.every(({ look }) => look.standing === "passed"),
  };

  function lookHere(here: GateHere): { readonly here: GateHere; readonly look: GateLook } {
    const state = stateOf(rollout, here);
    const isDecided = state !== null && state.standing !== "waiting";
    return { here, look: isDecided ? state : lookAt(here.gate, { rollout, observation, state }) };
  }
}

function askOnce(here: GateHere, look: GateLook, rollout: Rollout): readonly RolloutFact[] {
  if (look.standing !== "waiting" || stateOf(rollout, here) !== null) return [];
  return [{ type: "GateAsked", gate: here.gate.name, step: here.step, attempt: 1, detail: look.detail }];
}

function passNow({ gate, step }: GateHere, look: GateLook, rollout: Rollout): readonly RolloutFact[] {
  const state = stateOf(rollout, { gate, step });
  const { standing, detail, url } = look;
  if (!GATES[gate.kind].isLive || standing !== "passed" || state?.standing === "passed") return [];
  return [{ type: "GateDecided", gate: gate.name, step, attempt: state?.attempt ?? 1, standing, detail, url }];
}

const isEnd = ({ type }: RolloutFact): boolean => type === "Completed";

/** Without the end, and without what is only said together with it. */
const withoutEnd = (due: readonly RolloutFact[]): readonly RolloutFact[] => (due.some(isEnd) ? [] : due);
