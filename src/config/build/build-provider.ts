import type { Catalogue } from "../../contract/catalogue/schema.ts";
import type { TokenPrice } from "../../domain/money/price.ts";
import { canonicalJson } from "../../kit/canonical-json.ts";
import { sha256Hex } from "../../kit/hash.ts";
import type { PoolSettings, ProviderSettings, SimulatedModel } from "../project.ts";
import type { ProviderInput, SimulatedModelInput } from "../schema/provider-schema.ts";
import { buildCloud, buildLocalGguf } from "./build-cloud.ts";
import { breakerOf, buildOpenAiWire, mayBePrivate } from "./build-open-ai-wire.ts";
import { priceOf, pricedModels } from "./build-price.ts";

function simulatedModel(input: SimulatedModelInput): SimulatedModel {
  const { failures } = input;
  return {
    price: priceOf(input.price),
    firstTokenMs: input.first_token,
    betweenTokensMs: input.between_tokens,
    answerTokens: input.answer_tokens,
    quality: input.quality,
    failures: {
      rateLimited: failures.rate_limited,
      serverError: failures.server_error,
      hang: failures.hang,
      cut: failures.cut,
      stall: failures.stall,
      malformed: failures.malformed,
      refusal: failures.refusal,
      retryAfterSeconds: Math.ceil(failures.retry_after / 1_000),
    },
  };
}

/** A pool as read. */
export type PoolInput = Extract<ProviderInput, { readonly kind: "pool" }>;

/** A pool without mistakes; its models are those that all its members have. */
export function buildPool(
  name: string,
  input: PoolInput,
  providers: ReadonlyMap<string, Pick<ProviderSettings, "models">>,
): PoolSettings {
  const members = new Map(Object.entries(input.members));
  const [first = [], ...others] = [...members.keys()].map((member) => [
    ...(providers.get(member)?.models.keys() ?? []),
  ]);
  const models = first.filter((model) => others.every((ids) => ids.includes(model)));
  return { name, balance: input.balance ?? "latency", members, models };
}

/** A provider without mistakes. Prices that it leaves out are those of the catalogue. */
export function buildProvider(
  name: string,
  input: Exclude<ProviderInput, PoolInput>,
  catalogue: Catalogue,
): ProviderSettings {
  switch (input.kind) {
    case "simulated": {
      const models = new Map(Object.entries(input.models).map(([id, model]) => [id, simulatedModel(model)]));
      return { kind: input.kind, name, breaker: breakerOf(input.breaker), models, seed: input.seed };
    }
    case "anthropic": {
      const baseUrl = input.base_url ?? null;
      const models = pricedModels(input.models, { kind: input.kind, catalogue });
      const allowPrivate = mayBePrivate(input.allow_private, baseUrl);
      const breaker = breakerOf(input.breaker);
      return { kind: input.kind, name, baseUrl, keyEnvs: input.key_env, breaker, models, allowPrivate };
    }
    case "gemini":
    case "vertex":
    case "bedrock":
    case "cohere":
    case "sagemaker":
      return buildCloud(name, input, catalogue);
    case "local-gguf":
      return buildLocalGguf(name, input, catalogue);
    default:
      return buildOpenAiWire(name, input, catalogue);
  }
}

/** Every price as text, those of units, of long prompts and of tiers beside those of tokens. */
function texts({ units, steps = [], tiers = {}, ...tokens }: TokenPrice): Readonly<Record<string, string>> {
  const own = Object.entries({ ...tokens, ...units }).map(([kind, pico]) => [kind, pico.toString()]);
  const long = steps.flatMap(({ above, ...classes }) =>
    Object.entries(classes).map(([kind, pico]) => [`above ${above} ${kind}`, pico.toString()]),
  );
  const others = Object.entries(tiers).flatMap(([tier, price]) =>
    Object.entries(texts(price)).map(([kind, pico]) => [`${tier} ${kind}`, pico]),
  );
  return Object.fromEntries([...own, ...long, ...others]) as Readonly<Record<string, string>>;
}

/** SHA-256 over all prices in canonical form: equal exactly when every model of every provider costs the same. */
export function priceVersion(providers: Iterable<ProviderSettings>): string {
  const prices = [...providers].map(({ name, models }) => [
    name,
    Object.fromEntries([...models].map(([id, { price }]) => [id, texts(price)])),
  ]);
  return sha256Hex(canonicalJson(Object.fromEntries(prices)));
}
