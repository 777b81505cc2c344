import { canonicalJson } from "../../kit/canonical-json.ts";
import { sha256Hex } from "../../kit/hash.ts";
import type { TokenPrice } from "../../domain/money/price.ts";
import { isLiterallyLocal } from "../base-url.ts";
import type { ModelSettings, ProviderSettings, SimulatedModelSettings } from "../project.ts";
import type { PriceInput, ProviderInput, SimulatedModelInput } from "../schema/provider-schema.ts";

/** What is not written costs what the class it belongs to costs, so that nothing is ever counted too cheap by omission. */
function priceOf(input: PriceInput): TokenPrice {
  return {
    input: input.input,
    cachedInput: input.cached_input ?? input.input,
    cacheWrite: input.cache_write ?? input.input,
    output: input.output,
    reasoning: input.reasoning ?? input.output,
  };
}

const modelsOf = (
  models: Readonly<Record<string, { readonly price: PriceInput }>>,
): ReadonlyMap<string, ModelSettings> =>
  new Map(Object.entries(models).map(([id, { price }]) => [id, { price: priceOf(price) }]));

function simulatedModel(input: SimulatedModelInput): SimulatedModelSettings {
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

/** A provider without mistakes. */
export function buildProvider(name: string, input: ProviderInput): ProviderSettings {
  if (input.kind === "simulated") {
    const models = new Map(Object.entries(input.models).map(([id, model]) => [id, simulatedModel(model)]));
    return { kind: input.kind, name, models, seed: input.seed };
  }
  const { base_url: baseUrl = null, allow_private: mayBePrivate = false } = input;
  const allowPrivate = mayBePrivate || (baseUrl !== null && isLiterallyLocal(baseUrl));
  const models = modelsOf(input.models);
  if (input.kind === "anthropic")
    return { kind: input.kind, name, baseUrl, keyEnv: input.key_env, models, allowPrivate };
  return {
    kind: input.kind,
    name,
    baseUrl: input.base_url,
    keyEnv: input.key_env ?? null,
    headers: input.headers ?? {},
    models,
    streamUsage: input.stream_usage ?? true,
    allowPrivate,
  };
}

const texts = (price: TokenPrice): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(price as unknown as Record<string, bigint>).map(([kind, pico]) => [kind, pico.toString()]),
  );

/** SHA-256 over all prices in canonical form: equal exactly when every model of every provider costs the same. */
export function priceVersion(providers: Iterable<ProviderSettings>): string {
  const prices = [...providers].map(({ name, models }) => [
    name,
    Object.fromEntries([...models].map(([id, { price }]) => [id, texts(price)])),
  ]);
  return sha256Hex(canonicalJson(Object.fromEntries(prices)));
}
