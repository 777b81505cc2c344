/** What the record keeps of a call's way through its providers' prompt caches, by their own counts. */
export interface PromptCacheFact {
  /** Marks and names that Rollward has set, over all attempts. */
  readonly marks: number;
  readonly readTokens: number;
  readonly writtenTokens: number;
  /** Decimal pico-dollars; below 0 where more was written than read. */
  readonly savedPico: string;
}
