import type { CanonicalRequest } from "../../../domain/call/canonical.ts";
import { untranslatable } from "../ai-sdk-bridge/vendor-parts.ts";

/** Claude models that think with a budget of tokens and know no effort, as their names begin. */
const BY_BUDGET = ["3-", "opus-4-5", "opus-4-1", "opus-4-2025", "sonnet-4-5", "sonnet-4-2025", "haiku-4-5"];

/** The share of the limit that is thought with for an effort, as for Anthropic's own API. */
const SHARES: Readonly<Record<string, number>> = {
  minimal: 0.05,
  low: 0.1,
  medium: 0.3,
  high: 0.6,
  xhigh: 0.8,
  max: 0.9,
};

/** The least that Claude may think with, tokens. */
const LEAST_BUDGET = 1_024;

/**
 * A request whose limit the SDK will not exceed: it adds a budget of thought to `maxTokens`, where for a client the
 * one is part of the other. Throws `untranslatable` when the limit leaves no room to think.
 */
export function withinLimit(request: CanonicalRequest, model: string, provider: string): CanonicalRequest {
  const { maxTokens } = request;
  const start = model.indexOf("claude-");
  if (maxTokens === null || start < 0) return request;
  const budget = budgetOf(request, model.slice(start + "claude-".length), maxTokens);
  if (budget === null) return request;
  const field = request.reasoningTokens === null ? "reasoning_effort" : "thinking.budget_tokens";
  if (budget >= maxTokens) throw untranslatable(field, provider);
  return { ...request, reasoningEffort: null, reasoningTokens: budget, maxTokens: maxTokens - budget };
}

/** `null` where there is none, or where the model knows efforts. */
function budgetOf(request: CanonicalRequest, name: string, maxTokens: number): number | null {
  const { reasoningTokens, reasoningEffort } = request;
  if (reasoningTokens !== null) return reasoningTokens === 0 ? null : reasoningTokens;
  const share = SHARES[reasoningEffort ?? ""];
  if (share === undefined || !BY_BUDGET.some((family) => name.startsWith(family))) return null;
  return Math.max(LEAST_BUDGET, Math.floor(maxTokens * share));
}
