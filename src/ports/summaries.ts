import type { CanonicalRequest } from "../domain/call/canonical.ts";

/** Summaries of conversations that have been made, in memory; bounded. */
export interface Summaries {
  /** Names a summary: who was asked, and what. */
  keyOf(model: string, request: CanonicalRequest): string;
  get(key: string): string | undefined;
  keep(key: string, summary: string): void;
}
