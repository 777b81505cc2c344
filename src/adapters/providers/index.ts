import type { BreakerPolicy } from "../../domain/health/circuit.ts";
import type { TokenPrice } from "../../domain/money/price.ts";
import { proxiesOf } from "../../kit/outbound-proxy.ts";
import type { Clock } from "../../ports/clock.ts";
import type { PromptCacheTerms, Provider } from "../../ports/provider.ts";
import { createOpenAiCompatible } from "./openai-compatible/openai-compatible.ts";
import type { Conversation } from "./openai-compatible/openai-compatible.ts";
import { awsCredentials, awsNames, secretIn, textOrFile } from "./secrets-of.ts";
import type { AwsVariables } from "./secrets-of.ts";
import { createSimulated } from "./simulated/create-simulated.ts";
import type { KeyedVendorTerms } from "./vendor-terms.ts";
import type { SimulatedModelSettings } from "../../domain/call/simulated-model-settings.ts";

interface Priced {
  readonly price: TokenPrice;
  /** The most that the model can answer, tokens; absent where it is not known. */
  readonly maxOutput?: number;
  /** The fewest tokens of a beginning that its prompt cache keeps; absent where it is not known. */
  readonly cacheMinimum?: number;
}

interface Cloud<Kind extends string> {
  readonly kind: Kind;
  readonly name: string;
  /** `null` is the vendor's own address. */
  readonly baseUrl: string | null;
  readonly breaker: BreakerPolicy | null;
  readonly models: ReadonlyMap<string, Priced>;
  readonly allowPrivate: boolean;
}

interface KeyedCloud<Kind extends string> extends Cloud<Kind> {
  readonly keyEnvs: readonly string[];
}

/** A provider as configured: the same shapes that the configuration reads, which adapters may not import. */
export interface ProviderSettings {
  "openai-compatible": {
    readonly kind: "openai-compatible";
    readonly name: string;
    readonly baseUrl: string;
    readonly keyHeader: "bearer" | "api-key";
    readonly deploymentsApi: string | null;
    /** Environment variables that hold the keys, used in turn; empty when the provider takes none. */
    readonly keyEnvs: readonly string[];
    readonly breaker: BreakerPolicy | null;
    readonly headers: Readonly<Record<string, string>>;
    readonly models: ReadonlyMap<string, Priced>;
    readonly allowPrivate: boolean;
    readonly streamUsage: boolean;
    readonly unknown?: readonly string[];
    readonly promptCacheKey?: boolean;
    readonly speaks: readonly Conversation[];
  };
  anthropic: {
    readonly kind: "anthropic";
    readonly name: string;
    readonly baseUrl: string | null;
    /** At least one. */
    readonly keyEnvs: readonly string[];
    readonly breaker: BreakerPolicy | null;
    readonly models: ReadonlyMap<string, Priced>;
    readonly allowPrivate: boolean;
  };
  gemini: KeyedCloud<"gemini">;
  cohere: KeyedCloud<"cohere">;
  vertex: Cloud<"vertex"> & {
    readonly project: string;
    readonly location: string;
    /** Environment variable that holds the path of a service account's key file, or its JSON. */
    readonly credentialsEnv: string;
  };
  /** Without keys, requests are signed with the AWS credentials. */
  bedrock: KeyedCloud<"bedrock"> & AwsVariables;
  sagemaker: Cloud<"sagemaker"> & AwsVariables;
  "local-gguf": {
    readonly kind: "local-gguf";
    readonly name: string;
    readonly breaker: BreakerPolicy | null;
    readonly models: ReadonlyMap<string, Priced & { readonly file: string; readonly contextTokens: number }>;
    readonly parallel: number;
    readonly threads: number;
  };
  simulated: {
    readonly kind: "simulated";
    readonly name: string;
    readonly breaker: BreakerPolicy | null;
    readonly models: ReadonlyMap<string, Priced & SimulatedModelSettings>;
    readonly seed: number;
  };
}

/** Name of a kind of provider. */
export type ProviderKind = keyof ProviderSettings;

/** What a provider is given besides its settings. */
export interface ProviderTerms {
  /** Environment variables, for keys and proxies. */
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
  "openai-compatible": async (settings, terms) => {
    const [apiKey = null, ...moreKeys] = keysOf(settings, terms);
    return createOpenAiCompatible({
      ...settings,
      apiKey,
      moreKeys,
      keyEnv: namesOf(settings.keyEnvs),
      prices: pricesOf(settings.models),
      proxyFor: proxiesOf(terms.environment),
      ...(settings.promptCacheKey === true && { promptCache: promptCacheOf("names", settings.models) }),
      answerBytes: terms.answerBytes,
    });
  },
  anthropic: async (settings, terms) => {
    const [apiKey = "", ...moreKeys] = keysOf(settings, terms);
    const { createAnthropic } = await import("./anthropic.ts");
    return createAnthropic({
      ...settings,
      maxOutputs: maxOutputsOf(settings.models),
      promptCache: promptCacheOf("marks", settings.models),
      apiKey,
      moreKeys,
      keyEnv: namesOf(settings.keyEnvs),
      prices: pricesOf(settings.models),
      proxyFor: proxiesOf(terms.environment),
      answerBytes: terms.answerBytes,
    });
  },
  gemini: async (settings, terms) => {
    const { createGemini } = await import("./gemini.ts");
    return createGemini(keyedTerms(settings, terms));
  },
  cohere: async (settings, terms) => {
    const { createCohere } = await import("./cohere.ts");
    return createCohere(keyedTerms(settings, terms));
  },
  vertex: async (settings, terms) => {
    const { createVertexModels } = await import("./vertex/create-vertex-models.ts");
    const credentials = await textOrFile(settings.name, settings.credentialsEnv, terms.environment);
    return createVertexModels({
      ...settings,
      ...sharedTerms(settings, terms),
      maxOutputs: maxOutputsOf(settings.models),
      promptCache: promptCacheOf("marks", settings.models),
      credentials,
      clock: terms.clock,
    });
  },
  bedrock: async (settings, terms) => {
    const { createBedrock } = await import("./aws/bedrock.ts");
    const credentials = settings.keyEnvs.length > 0 ? null : awsCredentials(settings, terms.environment);
    const keyEnv = credentials === null ? namesOf(settings.keyEnvs) : awsNames(settings);
    const promptCache = promptCacheOf("marks", settings.models);
    return createBedrock({
      ...settings,
      ...keyedTerms(settings, terms),
      promptCache,
      credentials,
      keyEnv,
      clock: terms.clock,
    });
  },
  sagemaker: async (settings, terms) => {
    const { createSageMaker } = await import("./aws/sage-maker.ts");
    const credentials = awsCredentials(settings, terms.environment);
    const keyEnv = awsNames(settings);
    return createSageMaker({ ...settings, ...sharedTerms(settings, terms), credentials, keyEnv, clock: terms.clock });
  },
  "local-gguf": async (settings) => {
    const { createLocalGguf } = await import("./local-gguf/local-gguf.ts");
    return createLocalGguf({ ...settings, prices: pricesOf(settings.models) });
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

const maxOutputsOf = (models: ReadonlyMap<string, Priced>): ReadonlyMap<string, number> =>
  new Map([...models].flatMap(([model, { maxOutput }]) => (maxOutput === undefined ? [] : [[model, maxOutput]])));

const promptCacheOf = (by: PromptCacheTerms["by"], models: ReadonlyMap<string, Priced>): PromptCacheTerms => ({
  by,
  leastTokens: new Map(
    [...models].flatMap(([model, { cacheMinimum }]) => (cacheMinimum === undefined ? [] : [[model, cacheMinimum]])),
  ),
});

const sharedTerms = (settings: Cloud<string>, { answerBytes, environment }: ProviderTerms) => ({
  name: settings.name,
  baseUrl: settings.baseUrl,
  breaker: settings.breaker,
  allowPrivate: settings.allowPrivate,
  proxyFor: proxiesOf(environment),
  prices: pricesOf(settings.models),
  answerBytes,
});

const keyedTerms = (settings: KeyedCloud<string>, terms: ProviderTerms): KeyedVendorTerms => ({
  ...sharedTerms(settings, terms),
  keys: keysOf(settings, terms),
  keyEnv: namesOf(settings.keyEnvs),
});

type Keyed = { readonly name: string; readonly keyEnvs: readonly string[] };

const keysOf = ({ name, keyEnvs }: Keyed, terms: ProviderTerms): readonly string[] =>
  keyEnvs.map((variable) => secretIn(name, variable, terms.environment));

/** The variables to look at when a key is refused. */
const namesOf = (keyEnvs: readonly string[]): string | null => (keyEnvs.length === 0 ? null : keyEnvs.join(" or "));
