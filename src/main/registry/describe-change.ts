import type { z } from "zod";
import type { EndpointSettings, Project } from "../../config/project.ts";
import type { changeDetails } from "../../contract/projects.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import { conversationCompatibility } from "../../domain/release/compatibility.ts";
import type { TokenPrice } from "../../domain/money/price.ts";
import {
  comparePrices,
  PRICED_CALLS,
  PRICED_DAYS,
  PRICED_MS,
  usagesOf,
  usdOf,
} from "../../domain/release/price-comparison.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { ModelTarget, Release } from "../../domain/release/release.ts";
import type { CallStore } from "../../ports/call-store.ts";

/** What a new release of an endpoint means for those who get it. */
export async function describeChange(
  { delivery, calls }: { readonly delivery: Delivery; readonly calls: Pick<CallStore, "list"> },
  project: Project,
  { name, content, plan }: EndpointSettings,
): Promise<z.input<typeof changeDetails>> {
  const { environment } = project;
  const stable = await stableOf(delivery, { endpoint: name, environment });
  const before = stable?.content ?? null;
  const moving = before === null ? null : conversationCompatibility(before, content);
  const since = delivery.clock.now() - PRICED_MS;
  const recorded = await calls.list({ environment, endpoint: name, since, outcome: "ok", limit: PRICED_CALLS });
  const price = comparePrices({ before, after: content }, usagesOf(recorded), (target) => priceIn(project, target));
  return {
    from: stable === null ? null : releaseName(stable),
    strategy: plan.strategy,
    steps: plan.steps.map(({ weight }) => `${Number((weight * 100).toFixed(2))} %`),
    conversations: moving?.verdict ?? "same",
    reasons: [...(moving?.reasons ?? [])],
    price: {
      calls: price.calls,
      days: PRICED_DAYS,
      before: usdOf(price.before.perThousand),
      after: usdOf(price.after.perThousand),
    },
  };
}

async function stableOf(
  { rollouts, releases }: Delivery,
  name: { readonly endpoint: string; readonly environment: string },
): Promise<Release | null> {
  const channel = await rollouts.channel(name);
  return channel === null ? null : releases.byId(channel.stable);
}

/** The price of a model by this project, which need not be in force; of a pool that of its first member. */
function priceIn({ providers, pools }: Project, { provider, model }: ModelTarget): TokenPrice | null {
  const [member] = pools.get(provider)?.members.keys() ?? [];
  return providers.get(member ?? provider)?.models.get(model)?.price ?? null;
}
