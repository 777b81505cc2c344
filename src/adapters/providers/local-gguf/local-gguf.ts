import { RollwardError } from "../../../domain/errors.ts";
import type { BreakerPolicy } from "../../../domain/health/circuit.ts";
import type { TokenPrice } from "../../../domain/money/price.ts";
import type { ConversingProvider } from "../../../ports/provider.ts";
import { GgufCall } from "./gguf-call.ts";
import { GgufWorker } from "./gguf-worker.ts";

/** Models that Rollward runs itself. */
export interface LocalGgufTerms {
  readonly name: string;
  readonly prices: ReadonlyMap<string, TokenPrice>;
  readonly breaker: BreakerPolicy | null;
  /** By the model's id: its file and the tokens of context of each call. */
  readonly models: ReadonlyMap<string, { readonly file: string; readonly contextTokens: number }>;
  /** Calls that a model answers at the same time. */
  readonly parallel: number;
  /** Per model; 0 is one less than there are processors. */
  readonly threads: number;
  /** Path of the package's main file when it is not among Rollward's own. */
  readonly library?: string;
}

/**
 * GGUF models through the optional package `node-llama-cpp`, each in a process of its own, so that the event loop
 * is never blocked and a fault of native code takes no call of another provider along. Throws `invalid_request`
 * when the package is absent or a file cannot be loaded.
 */
export async function createLocalGguf(terms: LocalGgufTerms): Promise<ConversingProvider> {
  const { name, prices, breaker, parallel, threads, library = "node-llama-cpp" } = terms;
  const workers = new Map(
    [...terms.models].map(([model, settings]) => [
      model,
      new GgufWorker(name, { library, parallel, threads, ...pick(settings) }),
    ]),
  );
  const close = async (): Promise<void> => {
    await Promise.all([...workers.values()].map((worker) => worker.close()));
  };
  try {
    await Promise.all([...workers.values()].map((worker) => worker.ready()));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    name,
    prices,
    breaker,
    keys: 1,
    speaks: null,
    converse(request, sink) {
      const worker = workers.get(request.model);
      if (worker === undefined)
        throw new RollwardError("model_not_found", { model: request.model, known: [...workers.keys()].join(", ") });
      return new GgufCall({ provider: name, worker, request }, sink).start();
    },
    close,
  };
}

const pick = ({ file, contextTokens }: { readonly file: string; readonly contextTokens: number }) => ({
  file,
  contextTokens,
});
