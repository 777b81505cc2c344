import type { Rollout, RolloutFact } from "../rollout.ts";
import type { GatePlan, GatePoint } from "./gate-plan.ts";
import type { GateState } from "./gate-state.ts";

/** A gate at one step of its rollout. */
export interface GateHere {
  readonly gate: GatePlan;
  /** As in `GateState.step`. */
  readonly step: number;
}

const planned = ({ plan }: Pick<Rollout, "plan">, at: GatePoint): readonly GatePlan[] =>
  (plan.gates ?? []).filter((gate) => gate.at === at);

/** The gates that stand before a move, in the order in which they are asked: people last. */
export const gatesBefore = (rollout: Rollout, due: readonly RolloutFact[]): readonly GateHere[] =>
  peopleLast(due.flatMap((fact) => gatesOf(rollout, fact)));

function gatesOf(rollout: Rollout, fact: RolloutFact): readonly GateHere[] {
  const { steps } = rollout.plan;
  switch (fact.type) {
    case "Started":
      return planned(rollout, "before_start").map((gate) => ({ gate, step: -1 }));
    case "StepEntered":
      return planned(rollout, "before_step")
        .filter(({ weight }) => (weight === undefined ? fact.step > 0 : weight === fact.weight))
        .map((gate) => ({ gate, step: fact.step }));
    case "PromotionDecided":
      return planned(rollout, "before_promotion").map((gate) => ({ gate, step: steps.length - 1 }));
    default:
      return [];
  }
}

/** The gates after the switch. */
export const gatesAfterSwitch = (rollout: Rollout): readonly GateHere[] =>
  peopleLast(planned(rollout, "after_switch").map((gate) => ({ gate, step: rollout.plan.steps.length })));

const peopleLast = (gates: readonly GateHere[]): readonly GateHere[] => [
  ...gates.filter(({ gate }) => gate.kind !== "approval"),
  ...gates.filter(({ gate }) => gate.kind === "approval"),
];

/** How a gate stands by the log; `null` when it was not asked at this step. */
export const stateOf = ({ gates = [] }: Pick<Rollout, "gates">, { gate, step }: GateHere): GateState | null =>
  gates.find((state) => state.gate === gate.name && state.step === step) ?? null;

/** A gate's plan by its name. */
export const planOf = ({ plan }: Pick<Rollout, "plan">, name: string): GatePlan | null =>
  plan.gates?.find((gate) => gate.name === name) ?? null;

/** The gates that were asked and wait, with their plans. */
export const waitingGates = (rollout: Rollout): readonly (GateHere & { readonly state: GateState })[] =>
  (rollout.gates ?? []).flatMap((state) => {
    const gate = state.standing === "waiting" ? planOf(rollout, state.gate) : null;
    return gate === null ? [] : [{ gate, step: state.step, state }];
  });

/** The gates that failed or ran out of time and whose plan says so. */
export const failedGates = (rollout: Rollout, onFailure: GatePlan["onFailure"]): readonly GateState[] =>
  (rollout.gates ?? []).filter(
    ({ gate, standing }) =>
      (standing === "failed" || standing === "expired") && planOf(rollout, gate)?.onFailure === onFailure,
  );
