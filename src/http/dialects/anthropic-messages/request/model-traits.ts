import type { WireAsk } from "../../../../ports/dialect.ts";

/** What a request must know of a model, by its name. */
export interface ModelTraits {
  /** `max_tokens` where nobody named it and the catalogue does not know the model: the API demands one. */
  readonly maxTokens: number;
  /** How thinking is asked for: an effort (newer models) or a budget of tokens (Claude 3.7 to 4.5). */
  readonly thinks: "by-effort" | "by-budget";
}

/**
 * Families of models as their names begin, first match wins; limits from Anthropic's model overview of 2026.
 * Names of other vendors who speak this wire get the most that every model takes.
 */
const FAMILIES: readonly (readonly [name: string, traits: ModelTraits])[] = [
  ["claude-3-7", { maxTokens: 64_000, thinks: "by-budget" }],
  ["claude-3-5", { maxTokens: 8_192, thinks: "by-budget" }],
  ["claude-3", { maxTokens: 4_096, thinks: "by-budget" }],
  ["claude-opus-4-5", { maxTokens: 64_000, thinks: "by-budget" }],
  ["claude-sonnet-4-5", { maxTokens: 64_000, thinks: "by-budget" }],
  ["claude-haiku-4-5", { maxTokens: 64_000, thinks: "by-budget" }],
  ["claude-opus-4-1", { maxTokens: 32_000, thinks: "by-budget" }],
  ["claude-opus-4-0", { maxTokens: 32_000, thinks: "by-budget" }],
  ["claude-opus-4-2025", { maxTokens: 32_000, thinks: "by-budget" }],
  ["claude-opus-4@", { maxTokens: 32_000, thinks: "by-budget" }],
  ["claude-sonnet-4@", { maxTokens: 64_000, thinks: "by-budget" }],
  ["claude-sonnet-4-0", { maxTokens: 64_000, thinks: "by-budget" }],
  ["claude-sonnet-4-2025", { maxTokens: 64_000, thinks: "by-budget" }],
  ["claude", { maxTokens: 64_000, thinks: "by-effort" }],
];

const OTHERS: ModelTraits = { maxTokens: 4_096, thinks: "by-budget" };

/** The traits of a model; a path or a vendor's prefix before the name (`anthropic.claude-…`) does not matter. */
export function modelTraits(model: string): ModelTraits {
  const start = model.indexOf("claude");
  const name = start < 0 ? model : model.slice(start);
  return FAMILIES.find(([family]) => name.startsWith(family))?.[1] ?? OTHERS;
}

/** `max_tokens` of a request that names none: the most that the model can answer. */
export const mostTokens = ({ model, maxOutput }: Pick<WireAsk, "model" | "maxOutput">): number =>
  maxOutput ?? modelTraits(model).maxTokens;
