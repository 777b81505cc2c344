import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import type { CallPlan, PlannedChains } from "./plan-of.ts";

/** A plan and the position of the target that is asked first. */
export interface Beginning {
  readonly plan: CallPlan;
  readonly begin: number;
}

/**
 * The plan without the models that a person has told the endpoint to go around. Where nobody else of the chain is left, it
 * stays as it is: a switch is no stop.
 */
export function aroundModels(
  { pauses }: Pick<Gateway, "pauses">,
  { aim, placement }: OpenCall,
  whole: Beginning,
): Beginning {
  if (aim?.type !== "endpoint") return whole;
  // A budget may have let another endpoint's release stand in.
  const around = pauses.around(placement?.release.endpoint ?? aim.route.channel.endpoint);
  return around === undefined ? whole : without(around, whole);
}

function without(around: ReadonlySet<string>, whole: Beginning): Beginning {
  const { plan, begin } = whole;
  const isLeft = (position: number): boolean => {
    const target = plan.targets[position]?.target;
    return target !== undefined && !around.has(`${target.provider}/${target.model}`);
  };
  const { outage } = plan.chains;
  const first = isLeft(begin) ? begin : outage.find(isLeft);
  if (first === undefined) return whole;
  const chains: PlannedChains = {
    outage: outage.filter(isLeft),
    rateLimit: plan.chains.rateLimit.filter(isLeft),
    contextOverflow: plan.chains.contextOverflow.filter(isLeft),
    contentPolicy: plan.chains.contentPolicy.filter(isLeft),
    rejected: plan.chains.rejected.filter(isLeft),
  };
  return { plan: { ...plan, chains }, begin: first };
}
