import { RollwardError } from "../../domain/errors.ts";
import type { TokenPrice } from "../../domain/money/price.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Provider } from "../../ports/provider.ts";
import { createOpenAiCompatible } from "./openai-compatible/openai-compatible.ts";
import { createSimulated } from "./simulated/create-simulated.ts";
import type { SimulatedModelSettings } from "./simulated/settings.ts";

interface Priced {
  readonly price: TokenPrice;
}

/** A provider as configured: the same shapes that the configuration reads, which adapters may not import. */
export interface ProviderSettings {
  "openai-compatible": {
    readonly kind: "openai-compatible";
    readonly name: string;
    readonly baseUrl: string;
    /** Environment variable that holds the key; `null` when the provider takes none. */
    readonly keyEnv: string | null;
    readonly headers: Readonly<Record<string, string>>;
    readonly models: ReadonlyMap<string, Priced>;
    readonly allowPrivate: boolean;
    readonly streamUsage: boolean;
  };
  anthropic: {
    readonly kind: "anthropic";
    readonly name: string;
    readonly baseUrl: string | null;
    readonly keyEnv: string;
    readonly models: ReadonlyMap<string, Priced>;
    readonly allowPrivate: boolean;
  };
  simulated: {
    readonly kind: "simulated";
    readonly name: string;
    readonly models: ReadonlyMap<string, Priced & SimulatedModelSettings>;
    readonly seed: number;
  };
}

/** Name of a kind of provider. */
export type ProviderKind = keyof ProviderSettings;

/** What a provider is given besides its settings. */
export interface ProviderTerms {
  /** Environment variables, for keys. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Largest answer in bytes. */
  readonly answerBytes: number;
  readonly clock: Clock;
}

/** Makes a running provider; whoever makes it closes it. */
export type ProviderFactory<Kind extends ProviderKind> = (
  settings: ProviderSettings[Kind],
  terms: ProviderTerms,
) => Promise<Provider>;

/** Every kind of provider there is. To add one: its settings above, one line here, and the contract suite. */
const PROVIDERS = {
  "openai-compatible": async (settings, terms) =>
    createOpenAiCompatible({
      ...settings,
      apiKey: settings.keyEnv === null ? null : keyOf(settings.name, settings.keyEnv, terms),
      prices: pricesOf(settings.models),
      answerBytes: terms.answerBytes,
    }),
  anthropic: async (settings, terms) => {
    const apiKey = keyOf(settings.name, settings.keyEnv, terms);
    const { createAnthropic } = await import("./anthropic.ts");
    return createAnthropic({
      ...settings,
      apiKey,
      prices: pricesOf(settings.models),
      answerBytes: terms.answerBytes,
    });
  },
  simulated: (settings, { answerBytes, clock }) =>
    createSimulated({ ...settings, prices: pricesOf(settings.models), answerBytes, clock }),
} satisfies { readonly [Kind in ProviderKind]: ProviderFactory<Kind> };

/** Starts a configured provider. Throws `invalid_request` when its key is not in the environment. */
export function createProvider(settings: ProviderSettings[ProviderKind], terms: ProviderTerms): Promise<Provider> {
  // Each factory takes the settings of its own kind, which the type of the map cannot say of a lookup.
  const create = PROVIDERS[settings.kind] as ProviderFactory<ProviderKind>;
  return create(settings, terms);
}

const pricesOf = (models: ReadonlyMap<string, Priced>): ReadonlyMap<string, TokenPrice> =>
  new Map([...models].map(([model, { price }]) => [model, price]));

function keyOf(provider: string, variable: string, { environment }: ProviderTerms): string {
  const key = environment[variable]?.trim() ?? "";
  if (key !== "") return key;
  const reason = `The provider ${provider} takes its key from the environment variable ${variable}, which is not set.`;
  throw new RollwardError("invalid_request", { reason });
}
