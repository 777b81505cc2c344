import { failedGates } from "../gates/gates-at.ts";
import type { Observation } from "../observation.ts";
import { isActive } from "../rollout.ts";
import { isOfBake, stageLevels } from "../stage-levels.ts";
import type { HoldReason, Rollout, RolloutFact } from "../rollout.ts";
import { waitsForProvider } from "./provider-fault.ts";
import { isOverdue } from "./reach-deadline.ts";
import { isStageInconclusive } from "./shadow.ts";

/** A hold that the machine sets while `isDue`, unless a person has dismissed it. */
interface MachineHold {
  readonly hold: HoldReason;
  readonly isDue: (rollout: Rollout, observation: Observation) => boolean;
  /** Whether the machine also clears it when it is no longer due. */
  readonly clears: boolean;
}

const isRamping = ({ phase }: Rollout): boolean => phase === "ramping";

/** Up to the moment in which the pointer moves. */
const isBeforePointer = ({ phase, pointerMoved }: Rollout): boolean =>
  phase === "ramping" || (phase === "promoting" && !pointerMoved);

/** While a promotion is watched against the sessions that were held back. */
const isBaking = ({ phase, plan }: Rollout): boolean => phase === "draining" && stageLevels(plan).bake > 0;

const MACHINE_HOLDS: readonly MachineHold[] = [
  {
    hold: "srm",
    // Of a bake it is the bake's own: the reading is that one's from its first session on.
    isDue: (rollout, { reading, ab }) =>
      (isBeforePointer(rollout) && (reading.sampleRatio.crossed || ab?.analysed.crossed === true)) ||
      (isBaking(rollout) && isOfBake(rollout, reading) && reading.sampleRatio.crossed),
    // A test that has crossed has spoken; only a person can judge that the cause is gone.
    clears: false,
  },
  {
    hold: "no_data",
    // Where nobody is given the candidate, nothing is missing.
    isDue: (rollout, { quietMs }) => isRamping(rollout) && rollout.weight > 0 && quietMs >= rollout.plan.noDataMs,
    clears: true,
  },
  {
    hold: "inconclusive",
    isDue: (rollout, observation) =>
      rollout.plan.onInconclusive === "hold" &&
      ((isRamping(rollout) && isOverdue(rollout)) || isStageInconclusive(rollout, observation)),
    clears: true,
  },
  { hold: "freeze", isDue: (rollout, { frozen }) => isBeforePointer(rollout) && frozen, clears: true },
  {
    hold: "control_unhealthy",
    isDue: (rollout, { controlHealthy }) => isBeforePointer(rollout) && !controlHealthy,
    clears: true,
  },
  {
    hold: "candidate_missing",
    isDue: (rollout, { candidateResolvable }) =>
      (isBeforePointer(rollout) || rollout.phase === "shadowing") && !candidateResolvable,
    clears: true,
  },
  {
    hold: "gate",
    isDue: (rollout) => isActive(rollout.phase) && failedGates(rollout, "hold").length > 0,
    clears: true,
  },
  {
    hold: "provider_fault",
    isDue: (rollout, observation) =>
      waitsForProvider(rollout, observation) && observation.providerFault?.isFailingNow === true,
    clears: true,
  },
];

/** Sets and clears the holds that follow from what is seen; those of people and of harm stay as they are. */
export const keepHolds = (rollout: Rollout, observation: Observation): readonly RolloutFact[] =>
  MACHINE_HOLDS.flatMap(({ hold, isDue, clears }): readonly RolloutFact[] => {
    const due = isDue(rollout, observation) && !rollout.dismissed.includes(hold);
    const isHeld = rollout.holds.includes(hold);
    if (due === isHeld) return [];
    if (due) return [{ type: "HoldSet", hold }];
    return clears ? [{ type: "HoldCleared", hold }] : [];
  });
