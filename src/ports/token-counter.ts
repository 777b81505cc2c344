import type { Tokenizer } from "../domain/context/context-policy.ts";

/** Counts the tokens of texts as a family of models has them. */
export interface TokenCounter {
  /** Whether `count` is exact for texts of usual length. */
  readonly isExact: boolean;
  count(text: string): number;
}

/** Gives a counter; loads its tables when it is asked for the first time. */
export interface TokenCounters {
  of(tokenizer: Tokenizer): Promise<TokenCounter>;
}
