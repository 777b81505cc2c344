import type { Observation } from "../observation.ts";
import type { HoldReason, Rollout, RolloutFact } from "../rollout.ts";
import { isOverdue } from "./reach-deadline.ts";

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

const MACHINE_HOLDS: readonly MachineHold[] = [
  {
    hold: "srm",
    isDue: (rollout, { reading }) => isBeforePointer(rollout) && reading.sampleRatio.crossed,
    // A test that has crossed has spoken; only a person can judge that the cause is gone.
    clears: false,
  },
  {
    hold: "no_data",
    isDue: (rollout, { quietMs }) => isRamping(rollout) && quietMs >= rollout.plan.noDataMs,
    clears: true,
  },
  {
    hold: "inconclusive",
    isDue: (rollout) => isRamping(rollout) && rollout.plan.onInconclusive === "hold" && isOverdue(rollout),
    clears: true,
  },
  { hold: "freeze", isDue: (rollout, { frozen }) => isBeforePointer(rollout) && frozen, clears: true },
  {
    hold: "control_unhealthy",
    isDue: (rollout, { controlHealthy }) => isBeforePointer(rollout) && !controlHealthy,
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
