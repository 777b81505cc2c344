import type { JSONValue, SharedV4ProviderMetadata, SharedV4ProviderOptions } from "@ai-sdk/provider";
import type { CanonicalRequest } from "../../../domain/call/canonical.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { ConversingProvider, Headers, PromptCacheTerms } from "../../../ports/provider.ts";
import { createAiSdkBridge } from "../ai-sdk-bridge.ts";
import { PLAIN_PARTS, textIn, untranslatable } from "../ai-sdk-bridge/vendor-parts.ts";
import type { VendorParts } from "../ai-sdk-bridge/vendor-parts.ts";
import { bedrockEmbeddings } from "../embeddings/bedrock-embeddings.ts";
import type { EmbeddingTarget } from "../embeddings/embedding-wire.ts";
import { loadPackage } from "../load-package.ts";
import { providerAddress } from "../provider-address.ts";
import type { VendorTerms } from "../vendor-terms.ts";
import type { AwsCredentials } from "./aws-credentials.ts";
import { awsHost } from "./aws-host.ts";
import { signV4 } from "./sign-v4.ts";
import { withinLimit } from "./within-limit.ts";

/** Bedrock in one region, by API keys or signed with AWS credentials. */
export interface BedrockTerms extends VendorTerms {
  readonly region: string;
  /** How its prompt caches are steered; absent is not at all. */
  readonly promptCache?: PromptCacheTerms;
  /** Bedrock API keys; empty when requests are signed. */
  readonly keys: readonly string[];
  readonly keyEnv: string | null;
  /** `null` when there are keys. */
  readonly credentials: AwsCredentials | null;
  readonly clock: Clock;
}

const NAMES = ["amazonBedrock", "bedrock"];

const TIERS: ReadonlySet<string> = new Set(["default", "flex", "priority", "reserved"]);

const PARTS: VendorParts = {
  ...PLAIN_PARTS,
  settings: new Set(["reasoningTokens", "serviceTier", "strictSchema", "strictTools"]),
  documents: true,
  toolResultFiles: true,
  reasoning: "block",
  // Signatures of Claude are the same wherever it runs.
  reasons: (model) => (model.includes("claude") ? "anthropic" : "amazon"),
  opaqueOptions: ({ signature, data }) => ({
    amazonBedrock: signature === null ? { redactedData: data ?? "" } : { signature },
  }),
  opaqueOf(metadata) {
    const signature = textIn(metadata, NAMES, "signature");
    const data = textIn(metadata, NAMES, "redactedData") ?? textIn(metadata, NAMES, "redactedContent");
    return signature === null && data === null ? null : { signature, data };
  },
  hourTokensOf,
  cacheOptions: (ttl) => ({ amazonBedrock: { cachePoint: { type: "default", ...(ttl === "1h" && { ttl }) } } }),
};

/** The SDK's `cacheDetails`: tokens written by how long they are kept, as the API tells them. */
function hourTokensOf(metadata: SharedV4ProviderMetadata | undefined): number {
  const usage = metadata?.["amazonBedrock"]?.["usage"];
  const details = usage !== null && typeof usage === "object" && "cacheDetails" in usage ? usage["cacheDetails"] : null;
  if (!Array.isArray(details)) return 0;
  return details.reduce<number>((sum, detail) => sum + hourTokensIn(detail), 0);
}

function hourTokensIn(detail: JSONValue): number {
  if (detail === null || typeof detail !== "object" || !("ttl" in detail) || detail["ttl"] !== "1h") return 0;
  const { inputTokens } = detail;
  return typeof inputTokens === "number" ? inputTokens : 0;
}

/**
 * AWS Bedrock's Converse API through the Vercel AI SDK, which is loaded only when this is called. Throws
 * `invalid_request` when the settings cannot be used or the package is absent.
 */
export async function createBedrock(terms: BedrockTerms): Promise<ConversingProvider> {
  const { name, region, keys, credentials } = terms;
  const url = providerAddress(name, terms.baseUrl ?? `https://${awsHost("bedrock-runtime", region)}`);
  const sdk = await loadPackage(name, "@ai-sdk/amazon-bedrock", () => import("@ai-sdk/amazon-bedrock"));
  return createAiSdkBridge({
    ...terms,
    origin: url.origin,
    secrets: [...keys, credentials?.secretAccessKey ?? "", credentials?.sessionToken ?? ""].filter((one) => one !== ""),
    keys: Math.max(1, keys.length),
    parts: PARTS,
    embeddings: bedrockEmbeddings({
      provider: name,
      base: url.pathname.replace(/\/$/, ""),
      access: (post, target) => accessOf(terms, { ...post, origin: url.origin }, target),
    }),
    streamType: "application/vnd.amazon.eventstream",
    model(id, fetch, key) {
      // An empty key keeps the SDK from looking for one in the environment.
      const baseURL = url.href.replace(/\/$/, "");
      const access = credentials === null ? { apiKey: keys[key] ?? "" } : { apiKey: "", ...definedOf(credentials) };
      return sdk.createAmazonBedrock({ region, baseURL, fetch, ...access })(id);
    },
    asked(request, model) {
      refuseLostTools(request, name);
      return withinLimit(request, model, name);
    },
    options: (request) => bedrockOptions(request, name),
  });
}

/** A key as it is, or a signature of the request (AWS Signature Version 4). */
function accessOf(
  { credentials, region, keys, clock }: BedrockTerms,
  { origin, path, bytes }: { readonly origin: string; readonly path: string; readonly bytes: Buffer },
  { key }: EmbeddingTarget,
): Headers {
  if (credentials === null) return { authorization: `Bearer ${keys[key] ?? ""}` };
  const request = { method: "POST", url: new URL(path, origin), headers: {}, body: bytes };
  return signV4(request, { credentials, region, service: "bedrock", nowMs: clock.now() });
}

/** The API takes calls and results only beside tools, and the SDK would send the conversation without them. */
function refuseLostTools({ tools, toolChoice, messages }: CanonicalRequest, provider: string): void {
  const isCalling = messages.some(
    (message) =>
      message.role === "tool" ||
      (message.role === "assistant" && message.content.some(({ type }) => type === "tool-call")),
  );
  if (!isCalling) return;
  if (tools.length === 0) throw untranslatable("messages.content (tool calls without tools)", provider);
  // The API has no word for it, so the SDK would leave the tools out.
  if (toolChoice === "none") throw untranslatable("tool_choice", provider);
}

const definedOf = ({ accessKeyId, secretAccessKey, sessionToken }: AwsCredentials) => ({
  accessKeyId,
  secretAccessKey,
  ...(sessionToken !== null && { sessionToken }),
});

function bedrockOptions(request: CanonicalRequest, provider: string): SharedV4ProviderOptions {
  const { reasoningTokens: budget, serviceTier } = request;
  if (serviceTier !== null && serviceTier !== "auto" && !TIERS.has(serviceTier))
    throw untranslatable("service_tier", provider);
  const thinking = budget === 0 ? { type: "disabled" } : { type: "enabled", budgetTokens: budget };
  return {
    amazonBedrock: {
      ...(budget !== null && { reasoningConfig: thinking }),
      ...(serviceTier !== null && serviceTier !== "auto" && { serviceTier }),
    },
  };
}
