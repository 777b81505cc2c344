import type { SharedV4ProviderOptions } from "@ai-sdk/provider";
import type { CanonicalRequest } from "../../../domain/call/canonical.ts";
import type { ConversingProvider } from "../../../ports/provider.ts";
import { createAiSdkBridge } from "../ai-sdk-bridge.ts";
import { PLAIN_PARTS, textIn, untranslatable } from "../ai-sdk-bridge/vendor-parts.ts";
import type { VendorParts } from "../ai-sdk-bridge/vendor-parts.ts";
import { loadPackage } from "../load-package.ts";
import { providerAddress } from "../provider-address.ts";
import type { VendorTerms } from "../vendor-terms.ts";
import type { AwsCredentials } from "./aws-credentials.ts";
import { awsHost } from "./aws-host.ts";

/** Bedrock in one region, by API keys or signed with AWS credentials. */
export interface BedrockTerms extends VendorTerms {
  readonly region: string;
  /** Bedrock API keys; empty when requests are signed. */
  readonly keys: readonly string[];
  readonly keyEnv: string | null;
  /** `null` when there are keys. */
  readonly credentials: AwsCredentials | null;
}

const NAMES = ["amazonBedrock", "bedrock"];

const TIERS: ReadonlySet<string> = new Set(["default", "flex", "priority", "reserved"]);

const PARTS: VendorParts = {
  ...PLAIN_PARTS,
  settings: new Set(["reasoningTokens", "serviceTier", "strictSchema"]),
  documents: true,
  toolResultFiles: true,
  reasoning: "block",
  opaqueOptions: ({ signature, data }) => ({
    amazonBedrock: signature === null ? { redactedData: data ?? "" } : { signature },
  }),
  opaqueOf(metadata) {
    const signature = textIn(metadata, NAMES, "signature");
    const data = textIn(metadata, NAMES, "redactedData") ?? textIn(metadata, NAMES, "redactedContent");
    return signature === null && data === null ? null : { signature, data };
  },
  cacheOptions: (ttl) => ({ amazonBedrock: { cachePoint: { type: "default", ...(ttl === "1h" && { ttl }) } } }),
};

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
    streamType: "application/vnd.amazon.eventstream",
    model(id, fetch, key) {
      // An empty key keeps the SDK from looking for one in the environment.
      const baseURL = url.href.replace(/\/$/, "");
      const access = credentials === null ? { apiKey: keys[key] ?? "" } : { apiKey: "", ...definedOf(credentials) };
      return sdk.createAmazonBedrock({ region, baseURL, fetch, ...access })(id);
    },
    options: (request) => bedrockOptions(request, name),
  });
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
