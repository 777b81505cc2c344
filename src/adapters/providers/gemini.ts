import type { ConversingProvider } from "../../ports/provider.ts";
import { createAiSdkBridge } from "./ai-sdk-bridge.ts";
import { geminiEmbeddings } from "./embeddings/gemini-embeddings.ts";
import { GEMINI_PARTS, geminiOptions } from "./gemini-parts.ts";
import { loadPackage } from "./load-package.ts";
import { providerAddress } from "./provider-address.ts";
import type { KeyedVendorTerms } from "./vendor-terms.ts";

/** Named here, because the SDK would otherwise look into the environment. */
const BASE_URL = "https://generativelanguage.googleapis.com/v1beta";

/**
 * Google's Gemini API (`generateContent`, `streamGenerateContent`) through the Vercel AI SDK, which is loaded
 * only when this is called; embeddings without it. Throws `invalid_request` when the settings cannot be used or the package is absent.
 */
export async function createGemini(terms: KeyedVendorTerms): Promise<ConversingProvider> {
  const { name, keys } = terms;
  const url = providerAddress(name, terms.baseUrl ?? BASE_URL);
  const sdk = await loadPackage(name, "@ai-sdk/google", () => import("@ai-sdk/google"));
  return createAiSdkBridge({
    ...terms,
    origin: url.origin,
    secrets: keys,
    keys: keys.length,
    parts: GEMINI_PARTS,
    embeddings: geminiEmbeddings({ provider: name, base: url.pathname, keys }),
    model: (id, fetch, key) => sdk.createGoogle({ baseURL: url.href, apiKey: keys[key] ?? "", fetch })(id),
    options: (request) => geminiOptions(request, name),
  });
}
