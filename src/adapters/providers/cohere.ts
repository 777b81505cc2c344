import type { ConversingProvider } from "../../ports/provider.ts";
import { createAiSdkBridge } from "./ai-sdk-bridge.ts";
import { PLAIN_PARTS } from "./ai-sdk-bridge/vendor-parts.ts";
import type { VendorParts } from "./ai-sdk-bridge/vendor-parts.ts";
import { loadPackage } from "./load-package.ts";
import { providerAddress } from "./provider-address.ts";
import type { KeyedVendorTerms } from "./vendor-terms.ts";

/** Named here, because the SDK would otherwise look into the environment. */
const BASE_URL = "https://api.cohere.com/v2";

/** The SDK leaves text out where a message has tool calls, so such a message is refused. */
const PARTS: VendorParts = {
  ...PLAIN_PARTS,
  settings: new Set(["reasoningTokens", "strictSchema"]),
  textBesideToolCalls: false,
};

/**
 * Cohere's chat API (`/v2/chat`) through the Vercel AI SDK, which is loaded only when this is called. Throws
 * `invalid_request` when the settings cannot be used or the package is absent.
 */
export async function createCohere(terms: KeyedVendorTerms): Promise<ConversingProvider> {
  const { name, keys } = terms;
  const url = providerAddress(name, terms.baseUrl ?? BASE_URL);
  const sdk = await loadPackage(name, "@ai-sdk/cohere", () => import("@ai-sdk/cohere"));
  return createAiSdkBridge({
    ...terms,
    origin: url.origin,
    secrets: keys,
    keys: keys.length,
    parts: PARTS,
    model: (id, fetch, key) => sdk.createCohere({ baseURL: url.href, apiKey: keys[key] ?? "", fetch })(id),
    options: ({ reasoningTokens: budget }) =>
      budget === null
        ? {}
        : {
            cohere: { thinking: budget === 0 ? { type: "disabled" } : { type: "enabled", tokenBudget: budget } },
          },
  });
}
