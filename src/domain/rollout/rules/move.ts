import type { Observation } from "../observation.ts";
import type { Phase, Rollout, RolloutFact } from "../rollout.ts";
import { drain } from "./drain.ts";
import { finishWithdrawal } from "./finish-withdrawal.ts";
import { passGates } from "./pass-gates.ts";
import { promote } from "./promote.ts";
import { ramp } from "./ramp.ts";
import type { Rule } from "./rule.ts";
import { shadow } from "./shadow.ts";
import { start } from "./start.ts";

const rest: Rule = () => [];

/** What moves a rollout on, by where it is. */
const MOVES: Readonly<Record<Phase, Rule>> = {
  draft: rest,
  validated: start,
  pending: start,
  shadowing: shadow,
  ramping: ramp,
  promoting: promote,
  draining: drain,
  completed: rest,
  rolling_back: finishWithdrawal("RolledBack"),
  rolled_back: rest,
  aborting: finishWithdrawal("Aborted"),
  aborted: rest,
  superseded: rest,
  cancelled: rest,
};

/** The one step forward, or back, that is due; forward only through its gates. */
export const move = (rollout: Rollout, observation: Observation): readonly RolloutFact[] =>
  passGates(rollout, observation, MOVES[rollout.phase]);
