import { createLocalEmbedder } from "../adapters/embedders/local-embedder.ts";
import { createProviderEmbedder, makesVectors } from "../adapters/embedders/provider-embedder.ts";
import { providerFor } from "../gateway/provider-for.ts";
import type { Clock } from "../ports/clock.ts";
import type { Embedder } from "../ports/embedder.ts";
import type { Embedders } from "../ports/embedders.ts";
import type { Provider } from "../ports/provider.ts";

/** The embedders of this process, each made when it is first asked for; the local one starts its thread then. */
export function createEmbedders(clock: Clock): Embedders {
  let local: Embedder | null = null;
  const made = new Map<Provider, Map<string, Embedder>>();
  return {
    of({ embedder: choice, dimension }, providers) {
      if (choice === "local") return (local ??= createLocalEmbedder({ clock }));
      const provider = providerFor(providers, choice);
      if (provider === undefined || !makesVectors(provider)) return null;
      if (!provider.prices.has(choice.model) || dimension === null) return null;
      // Another configuration makes another provider, and every environment has its own.
      const own = made.get(provider) ?? new Map<string, Embedder>();
      made.set(provider, own);
      const name = `${choice.model}/${dimension}`;
      const embedder = own.get(name) ?? createProviderEmbedder({ provider, model: choice.model, dimension, clock });
      own.set(name, embedder);
      return embedder;
    },
    async close() {
      await Promise.all([
        local?.close(),
        ...[...made.values()].flatMap((own) => [...own.values()]).map((one) => one.close()),
      ]);
    },
  };
}
