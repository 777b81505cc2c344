import type { CanonicalRequest } from "../../domain/call/canonical.ts";

/** Budgets up to so many tokens, and the effort that a provider without budgets is asked for; above them it is high. */
const EFFORTS: readonly (readonly [tokens: number, effort: string])[] = [
  [0, "none"],
  [4_096, "low"],
  [16_384, "medium"],
];

/**
 * How hard a model shall think, in OpenAI's words; `null` when nobody said. A budget of tokens is a bound on the same
 * thing, so it becomes the effort nearest to it rather than a refusal: both are hints to the model.
 */
export function effortOf({
  reasoningEffort,
  reasoningTokens,
}: Pick<CanonicalRequest, "reasoningEffort" | "reasoningTokens">): string | null {
  if (reasoningEffort !== null || reasoningTokens === null) return reasoningEffort;
  return EFFORTS.find(([tokens]) => reasoningTokens <= tokens)?.[1] ?? "high";
}
