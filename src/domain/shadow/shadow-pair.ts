import type { ToolChange } from "../backtest/tool-calls.ts";

/** What one side of a pair came to. */
export interface ShadowSide {
  /** Id of the recorded call. */
  readonly call: string;
  readonly failed: boolean;
  readonly refused: boolean;
  readonly invalid: boolean;
  /** Milliseconds; `null` where it failed. */
  readonly latencyMs: number | null;
  /** Milliseconds; `null` where nothing was streamed. */
  readonly firstTokenMs: number | null;
  readonly outputTokens: number;
  /** As if nothing had come from a provider's prompt cache, pico-dollars as a number (statistics, not accounting). */
  readonly costPico: number;
}

/** The same request, answered by stable for a user and by the candidate for nobody. */
export interface ShadowPair {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly stable: ShadowSide;
  readonly candidate: ShadowSide;
  /** What the copy really cost, pico-dollars as an integer in text. */
  readonly copyPico: string;
  /** A provider or this server failed on either side: the pair says nothing of the releases and is no evidence. */
  readonly excused: boolean;
  /** How the answers differ; `null` where either side has none. */
  readonly change: {
    readonly isExact: boolean;
    /** From 0 to 1, by shared wording. */
    readonly similarity: number;
    /** Whether a JSON answer has other fields or types, or is none any more; `null` where stable's is no JSON. */
    readonly hasNewStructure: boolean | null;
    readonly usesTools: boolean;
    readonly tools: ToolChange;
  } | null;
}

/** A pair as it is kept. */
export interface KeptShadowPair {
  /** Grows with every pair of every rollout; the order in which pairs are evidence. */
  readonly position: number;
  /** The session without its name: 32 hex digits of a hash. Its first pair is its contribution. */
  readonly session: string;
  readonly pair: ShadowPair;
}
