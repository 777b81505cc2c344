import type { ModelTarget } from "../release/release.ts";

/** How text becomes tokens: OpenAI's encodings exactly, everything else by an estimate on the safe side. */
export type Tokenizer = "o200k_base" | "cl100k_base" | "estimate";

/** What happens to a conversation that is longer than its model can take. */
export type Overflow = "refuse" | "truncate" | "summarise" | "larger-model";

/** A model that takes more than those of the release. */
export interface LargerModel {
  readonly target: ModelTarget;
  readonly windowTokens: number;
}

/** How a release fits conversations into the context window of its models. */
export interface ContextPolicy {
  readonly overflow: Overflow;
  readonly tokenizer: Tokenizer;
  /** The smallest window of the release's models, tokens of question and answer together. */
  readonly windowTokens: number;
  /** Tokens kept free for the answer where the request does not say how long it may be. */
  readonly reserveTokens: number;
  /** Turns from the beginning that always stay. */
  readonly keepFirst: number;
  /** Turns at the end that always stay; absent is the last one. */
  readonly keepLast?: number;
  /** Who sums up what is cut; only with `summarise`. */
  readonly summariser: ModelTarget | null;
  /** Tried in this order; only with `larger-model`. */
  readonly larger: readonly LargerModel[];
}

/** What was done to fit a conversation, for the record. */
export interface ContextFact {
  /** Tokens of the request as it came, the release's own parts included. */
  readonly tokens: number;
  readonly isEstimate: boolean;
  readonly windowTokens: number;
  /** Tokens kept free for the answer. */
  readonly reservedTokens: number;
  readonly done: "fits" | "refused" | "truncated" | "summarised" | "larger-model";
  /** Messages that were left out, and their tokens. */
  readonly cutMessages: number;
  readonly cutTokens: number;
  /** Positions of the first and of the last message that was left out; those of the system between them stayed. */
  readonly cutFrom?: number;
  readonly cutTo?: number;
  /** Cost of the summary as pico-dollars in text; absent where none was made for this call. */
  readonly summaryPico?: string;
  /** Why it is not what the policy wanted. */
  readonly trouble?: string;
}

/** The encoding of a model by its id; for what is not OpenAI's there is none that we have. */
export function tokenizerOf({ model }: ModelTarget): Tokenizer {
  const id = model.slice(model.lastIndexOf("/") + 1);
  if (/^(?:gpt-3\.5|gpt-4(?:-|$)|text-embedding)/u.test(id)) return "cl100k_base";
  if (/^(?:gpt-|chatgpt-|o[1-9])/u.test(id)) return "o200k_base";
  return "estimate";
}
