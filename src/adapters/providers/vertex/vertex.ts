import type { ConversingProvider } from "../../../ports/provider.ts";
import { createAiSdkBridge } from "../ai-sdk-bridge.ts";
import type { AiSdkFetch } from "../ai-sdk-bridge/fetch.ts";
import { vertexEmbeddings } from "../embeddings/vertex-embeddings.ts";
import { GEMINI_PARTS, geminiOptions } from "../gemini-parts.ts";
import { loadPackage } from "../load-package.ts";
import { providerAddress } from "../provider-address.ts";
import { GoogleToken, REFUSED } from "./google-token.ts";
import { readServiceAccount } from "./read-service-account.ts";
import { vertexAddress } from "./vertex-address.ts";
import type { VertexTerms } from "./vertex-address.ts";

/**
 * Gemini on Vertex AI: it speaks Gemini's wire at another address with another credential, so it is reached through
 * the same package. The package's own Vertex variant would fetch tokens around our connections. Throws `invalid_request`
 * or `provider_unusable` when the settings cannot be used or the package is absent.
 */
export async function createVertex(terms: VertexTerms): Promise<ConversingProvider> {
  const { name, credentialsEnv, allowPrivate, proxyFor, clock } = terms;
  const url = providerAddress(name, vertexAddress(terms, "google"));
  const account = readServiceAccount({ provider: name, variable: credentialsEnv }, terms.credentials);
  const sdk = await loadPackage(name, "@ai-sdk/google", () => import("@ai-sdk/google"));
  const secrets = [account.privateKey];
  const tokens = new GoogleToken({ provider: name, account, allowPrivate, proxyFor, clock, credentialsEnv, secrets });
  const bridge = createAiSdkBridge({
    ...terms,
    origin: url.origin,
    keyEnv: credentialsEnv,
    secrets,
    keys: 1,
    parts: { ...GEMINI_PARTS, settings: new Set(["reasoningTokens", "strictSchema", "strictTools"]) },
    embeddings: vertexEmbeddings({
      provider: name,
      base: url.pathname,
      access: async () => ({ authorization: `Bearer ${await tokens.token()}` }),
      refused: () => tokens.refused(),
    }),
    model: (id, fetch) => sdk.createGoogle({ baseURL: url.href, apiKey: "none", fetch: signed(fetch, tokens) })(id),
    // It has no tiers, and `default` asks for none.
    options: (request) => geminiOptions({ ...request, serviceTier: null }, name),
  });
  return {
    ...bridge,
    async close() {
      await Promise.all([bridge.close(), tokens.close()]);
    },
  };
}

/** Sends the token where the SDK sends a key. */
function signed(fetch: AiSdkFetch, tokens: GoogleToken): AiSdkFetch {
  return async (address, init = {}) => {
    const headers = new Headers(init.headers);
    headers.delete("x-goog-api-key");
    headers.set("authorization", `Bearer ${await tokens.token()}`);
    const answer = await fetch(address, { ...init, headers });
    if (answer.status === REFUSED) tokens.refused();
    return answer;
  };
}
