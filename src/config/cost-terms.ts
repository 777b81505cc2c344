import { isFreePrice } from "../domain/money/price.ts";
import type { CostTerms } from "../domain/rollout/waive-free-cost.ts";
import type { EndpointSettings, Project } from "./project.ts";

/** What a project knows of what an endpoint's models cost; a pool is free where all its members are. */
export const costTerms = (
  { providers, pools }: Pick<Project, "providers" | "pools">,
  { isCostRequired }: Pick<EndpointSettings, "isCostRequired">,
): CostTerms => ({
  isCostRequired,
  isFree: ({ provider, model }) => {
    const members = [...(pools.get(provider)?.members.keys() ?? [provider])];
    const prices = members.flatMap((name) => providers.get(name)?.models.get(model)?.price ?? []);
    return prices.length > 0 && prices.every(isFreePrice);
  },
});
