import type { Observation } from "../observation.ts";
import type { Rollout, RolloutFact } from "../rollout.ts";

/** Notes once per epoch that every live replica serves it. */
export function acknowledge(rollout: Rollout, { routesAcked }: Observation): readonly RolloutFact[] {
  return routesAcked && !rollout.acked ? [{ type: "RoutesAcked", epoch: rollout.epoch }] : [];
}
