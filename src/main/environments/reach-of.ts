import { costTerms } from "../../config/cost-terms.ts";
import type { EndpointSettings, Project } from "../../config/project.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import { presentTraffic } from "../../delivery/present-traffic.ts";
import { pricedPlan } from "../../delivery/priced-plan.ts";
import { trafficOf } from "../../delivery/traffic-of.ts";
import { RollwardError } from "../../domain/errors.ts";
import { checkReach } from "../../domain/rollout/check-reach.ts";
import { impatienceOf } from "../../domain/rollout/impatience-of.ts";
import { judgeOutlook } from "../../domain/rollout/judge-outlook.ts";
import type { ChannelName } from "../../domain/traffic/route.ts";
import type { CallStore } from "../../ports/call-store.ts";
import type { EndpointChange } from "./change-around.ts";

const WAIVED = "does not have to prove cost no worse, because no model of either release costs anything";
const UNPROVABLE =
  "requires cost to be proven no worse, and no model of either release costs anything, so that it never will be; leave `required` of cost out, or give the models prices";

/** What is known of traffic. */
export interface ReachSources {
  readonly delivery: Delivery;
  readonly calls: Pick<CallStore, "list">;
}

/** What is to be said of the plans of a project before they start. */
export interface ProjectReach {
  readonly warnings: readonly string[];
  /** By endpoint: what its rollout takes, in sentences. */
  readonly outlooks: ReadonlyMap<string, readonly string[]>;
}

/**
 * Whether the rollouts that applying would open can come to their ends at the traffic that is known. Throws
 * `plan_unreachable` for the first plan that never can, also when nothing is rolled out by it yet.
 */
export async function reachOf(
  { delivery, calls }: ReachSources,
  project: Project,
  changes: readonly EndpointChange[],
): Promise<ProjectReach> {
  const { environment, endpoints } = project;
  const warnings: string[] = [];
  const outlooks = new Map<string, readonly string[]>();
  for (const { endpoint, outcome } of changes) {
    const settings = endpoints.get(endpoint);
    if (settings === undefined) continue;
    const channel = { endpoint, environment };
    const costs = costTerms(project, settings);
    const { plan, cost } = await pricedPlan(delivery, channel, { ...settings, costs });
    const isNew = outcome === "rollout" || outcome === "queued";
    const traffic =
      (await trafficOf(delivery, channel, plan)) ??
      (isNew ? await presentTraffic(calls, channel, delivery.clock.now()) : null);
    const reach = checkReach(plan, traffic);
    const [error] = reach.errors;
    if (error !== undefined) throw new RollwardError("plan_unreachable", { endpoint, reason: error });
    if (!isNew) continue;
    const impatience = impatienceOf(plan, await totalsOf(delivery, channel, settings));
    const doubts = [
      ...reach.warnings,
      ...(impatience === null ? [] : [impatience]),
      ...(cost === "unprovable" ? [UNPROVABLE] : []),
    ];
    warnings.push(...doubts.map((warning) => `The rollout of ${endpoint} ${warning}.`));
    const told = cost === "waived" ? [...reach.outlook, WAIVED] : reach.outlook;
    outlooks.set(
      endpoint,
      [...told, ...judgeOutlook(plan)].map((sentence) => `The rollout ${sentence}.`),
    );
  }
  return { warnings, outlooks };
}

/** How long a call of each release may take, ms. */
async function totalsOf(
  { rollouts, releases }: Pick<Delivery, "rollouts" | "releases">,
  channel: ChannelName,
  { content }: Pick<EndpointSettings, "content">,
): Promise<readonly number[]> {
  const stableId = (await rollouts.channel(channel))?.stable;
  const stable = stableId === undefined ? null : await releases.byId(stableId);
  return [content, stable?.content ?? content].map(({ policies }) => policies.timeouts.totalMs);
}
