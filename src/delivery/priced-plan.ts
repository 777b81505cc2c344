import type { ReleaseContent } from "../domain/release/release.ts";
import type { RolloutPlan } from "../domain/rollout/plan.ts";
import { isWithdrawing } from "../domain/rollout/rollout.ts";
import { waiveFreeCost } from "../domain/rollout/waive-free-cost.ts";
import type { CostTerms, PricedPlan } from "../domain/rollout/waive-free-cost.ts";
import type { ChannelName } from "../domain/traffic/route.ts";
import type { Delivery } from "./delivery.ts";

/** What a rollout would be opened with. */
export interface PlanToPrice {
  readonly content: ReleaseContent;
  readonly plan: RolloutPlan;
  /** Absent where nobody knows prices: the plan stays as it is. */
  readonly costs?: CostTerms;
}

/** The plan by the prices in force: the content is compared with what is stable, or with what is on its way to be that. */
export async function pricedPlan(
  { rollouts, releases }: Pick<Delivery, "rollouts" | "releases">,
  name: ChannelName,
  { content, plan, costs }: PlanToPrice,
): Promise<PricedPlan> {
  const channel = await rollouts.channel(name);
  if (costs === undefined || channel === null) return { plan, cost: "judged" };
  const open = await rollouts.list({ ...name, open: true, limit: 100 });
  const ids = [channel.stable, ...open.filter(({ phase }) => !isWithdrawing(phase)).map(({ candidate }) => candidate)];
  const compared = await Promise.all([...new Set(ids)].map((id) => releases.byId(id)));
  return waiveFreeCost(plan, [content, ...compared.flatMap((release) => release?.content ?? [])], costs);
}
