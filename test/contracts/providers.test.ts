import { createOpenAiCompatible } from "../../src/adapters/providers/openai-compatible/openai-compatible.ts";
import { createSimulatedServer } from "../../src/adapters/providers/simulated/create-simulated-server.ts";
import { createSimulated } from "../../src/adapters/providers/simulated/create-simulated.ts";
import { systemClock } from "../../src/adapters/system/system-clock.ts";
import { wireProviderContract } from "./provider.contract.ts";

wireProviderContract({
  name: "openai-compatible",
  takesKey: true,
  async open({ models, apiKey, answerBytes }) {
    const server = await createSimulatedServer({ models, seed: 1, clock: systemClock });
    const provider = createOpenAiCompatible({
      name: "openai",
      baseUrl: server.url,
      apiKey,
      headers: {},
      prices: new Map(),
      answerBytes,
    });
    return {
      provider,
      stats: () => server.stats(),
      async close() {
        await provider.close();
        await server.close();
      },
    };
  },
});

wireProviderContract({
  name: "simulated",
  // Its server is its own and takes none.
  takesKey: false,
  async open({ models, answerBytes }) {
    const provider = await createSimulated({
      name: "simulated",
      models,
      prices: new Map(),
      seed: 1,
      clock: systemClock,
      answerBytes,
    });
    return { provider, stats: () => provider.stats(), close: () => provider.close() };
  },
});
