import type { BreakerPolicy } from "../../../domain/health/circuit.ts";
import type { TokenPrice } from "../../../domain/money/price.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { WireProvider } from "../../../ports/provider.ts";
import { createOpenAiCompatible } from "../openai-compatible/openai-compatible.ts";
import { createSimulatedServer } from "./create-simulated-server.ts";
import type { SimulatedServer } from "./create-simulated-server.ts";
import type { SimulatedModelSettings } from "../../../domain/call/simulated-model-settings.ts";

/** The simulated provider: a server of our own and a way to it. */
export interface SimulatedProviderSettings {
  readonly name: string;
  readonly models: ReadonlyMap<string, SimulatedModelSettings>;
  readonly prices: ReadonlyMap<string, TokenPrice>;
  readonly seed: number | string;
  readonly clock: Clock;
  readonly breaker?: BreakerPolicy | null;
  /** Largest answer in bytes. */
  readonly answerBytes: number;
}

/** A provider that can say what reached its server. */
export type SimulatedProvider = WireProvider & Pick<SimulatedServer, "url" | "stats">;

/** Starts a simulated server on a free port of loopback and a provider that asks it over HTTP. */
export async function createSimulated(settings: SimulatedProviderSettings): Promise<SimulatedProvider> {
  const { name, prices, answerBytes, models, seed, clock } = settings;
  const server = await createSimulatedServer({ models, seed, clock });
  const provider = createOpenAiCompatible({
    name,
    baseUrl: server.url,
    apiKey: null,
    headers: {},
    prices,
    answerBytes,
    ...(settings.breaker !== undefined && { breaker: settings.breaker }),
  });
  return {
    ...provider,
    // Its server knows the one wire.
    speaks: ["openai-chat"],
    url: server.url,
    stats: () => server.stats(),
    async close() {
      await provider.close();
      await server.close();
    },
  };
}
