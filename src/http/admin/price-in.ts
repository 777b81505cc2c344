import type { TokenPrice } from "../../domain/money/price.ts";
import type { ModelTarget } from "../../domain/release/release.ts";
import type { GatewaySettings } from "../../gateway/gateway.ts";

/** The price in force of a model; of a pool that of its first member. `null` where it is not configured. */
export function priceIn({ providers, pools }: GatewaySettings, { provider, model }: ModelTarget): TokenPrice | null {
  const [member] = pools.get(provider)?.members.keys() ?? [];
  return providers.get(member ?? provider)?.prices.get(model) ?? null;
}
