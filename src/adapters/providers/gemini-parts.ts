import type { SharedV4ProviderOptions } from "@ai-sdk/provider";
import type { CanonicalRequest } from "../../domain/call/canonical.ts";
import { PLAIN_PARTS, textIn, untranslatable } from "./ai-sdk-bridge/vendor-parts.ts";
import type { VendorParts } from "./ai-sdk-bridge/vendor-parts.ts";

const NAMES = ["google", "googleVertex", "vertex"];

const TIERS: Readonly<Record<string, string>> = { default: "standard", flex: "flex", priority: "priority" };

/** What Gemini models take, at either of their addresses. A call's signature goes before it and comes back with it. */
export const GEMINI_PARTS: VendorParts = {
  ...PLAIN_PARTS,
  settings: new Set(["reasoningTokens", "serviceTier", "strictSchema", "strictTools"]),
  documents: true,
  audio: true,
  toolResultFiles: true,
  toolFailures: true,
  reasoning: "before-call",
  reasons: () => "google",
  opaqueOptions: ({ signature }) => (signature === null ? {} : { google: { thoughtSignature: signature } }),
  opaqueOf(metadata) {
    const signature = textIn(metadata, NAMES, "thoughtSignature");
    return signature === null ? null : { signature, data: null };
  },
  tierOf: (metadata) => textIn(metadata, NAMES, "serviceTier")?.toLowerCase().replace("service_tier_", "") ?? null,
};

/** The options of Gemini models for the settings that `GEMINI_PARTS` names. Throws `untranslatable`. */
export function geminiOptions(
  { reasoningTokens, reasoningEffort, serviceTier }: CanonicalRequest,
  provider: string,
): SharedV4ProviderOptions {
  const tier = serviceTier === null || serviceTier === "auto" ? null : TIERS[serviceTier];
  if (tier === undefined) throw untranslatable("service_tier", provider);
  const thinks =
    reasoningTokens !== null ? reasoningTokens !== 0 : reasoningEffort !== null && reasoningEffort !== "none";
  return {
    google: {
      // Models that cannot think refuse to hear of it.
      ...((thinks || reasoningTokens !== null) && {
        thinkingConfig: {
          includeThoughts: thinks,
          ...(reasoningTokens !== null && { thinkingBudget: reasoningTokens }),
        },
      }),
      ...(tier !== null && { serviceTier: tier }),
    },
  };
}
