import { DEFAULT_BREAKER } from "../../domain/health/circuit.ts";
import type { BreakerPolicy } from "../../domain/health/circuit.ts";
import type { Catalogue } from "../../contract/catalogue/schema.ts";
import { isLiterallyLocal } from "../base-url.ts";
import { AZURE_OPENAI, HOSTED_VENDORS, OWN_SERVERS, unknownFieldsOf } from "../presets/openai-wire.ts";
import type { HostedVendor, OpenAiWireVendor, OwnServer } from "../presets/openai-wire.ts";
import type { OpenAiCompatibleSettings } from "../project.ts";
import type { BreakerInput } from "../schema/provider-part-schema.ts";
import type { ProviderInput } from "../schema/provider-schema.ts";
import { pricedModels } from "./build-price.ts";

/** A provider of the OpenAI wire as read: with a preset or without. */
export type OpenAiWireInput = Extract<
  ProviderInput,
  { readonly kind: "openai-compatible" | "azure-openai" | HostedVendor | OwnServer }
>;

/** A breaker as read, with what it leaves out. */
export function breakerOf(input: BreakerInput): BreakerPolicy | null {
  if (input === false) return null;
  return {
    failures: input?.failures ?? DEFAULT_BREAKER.failures,
    probeEveryMs: input?.probe_every ?? DEFAULT_BREAKER.probeEveryMs,
  };
}

/** Whether a provider may be at a private address: where that is allowed, or written as this machine. */
export const mayBePrivate = (allowed: boolean | undefined, baseUrl: string | null): boolean =>
  allowed === true || (baseUrl !== null && isLiterallyLocal(baseUrl));

const VENDORS: Readonly<Record<string, OpenAiWireVendor>> = { ...HOSTED_VENDORS, ...OWN_SERVERS };

/** A provider of the OpenAI wire without mistakes; what it leaves out is as its vendor's documentation says. */
export function buildOpenAiWire(name: string, input: OpenAiWireInput, catalogue: Catalogue): OpenAiCompatibleSettings {
  const vendor = VENDORS[input.kind] ?? null;
  const address = addressOf(input, vendor);
  const usualKeys = vendor === null || vendor.keyEnv === null ? [] : [vendor.keyEnv];
  return {
    kind: "openai-compatible",
    name,
    baseUrl: address,
    keyHeader: input.kind === "azure-openai" ? "api-key" : "bearer",
    deploymentsApi: input.kind === "azure-openai" ? (input.api_version ?? null) : null,
    keyEnvs: input.key_env ?? usualKeys,
    breaker: breakerOf(input.breaker),
    headers: input.headers ?? {},
    models: pricedModels(input.models, { kind: input.kind, catalogue }),
    speaks: [...new Set(input.speaks ?? usualConversations(input))].map((name) => `openai-${name}` as const),
    streamUsage: input.stream_usage ?? vendor?.streamUsage ?? AZURE_OPENAI.streamUsage,
    unknown: unknownFieldsOf(input.kind),
    promptCacheKey: input.prompt_cache_key ?? input.kind === "openai",
    allowPrivate: mayBePrivate(input.allow_private, address),
  };
}

/** OpenAI itself, also at Azure where the version 1 API is used, takes both; elsewhere Responses are rare or partial. */
const usualConversations = (input: OpenAiWireInput): readonly ("chat" | "responses")[] =>
  input.kind === "openai" || (input.kind === "azure-openai" && input.api_version === undefined)
    ? ["chat", "responses"]
    : ["chat"];

/** Azure's address is that of the resource; which path below it depends on the version of the API. */
function addressOf(input: OpenAiWireInput, vendor: OpenAiWireVendor | null): string {
  if (input.kind !== "azure-openai") return input.base_url ?? vendor?.baseUrl ?? "";
  const resource = input.base_url.replace(/\/openai(?:\/v1)?$/, "");
  return input.api_version === undefined ? `${resource}/openai/v1` : `${resource}/openai`;
}
