import type { ToolChange } from "../backtest/tool-calls.ts";

/** What one side of a pair came to. */
export interface ShadowSide {
  /** Id of the recorded call. */
  readonly call: string;
  readonly failed: boolean;
  readonly refused: boolean;
  readonly invalid: boolean;
  /** Whether it ended by calling tools: what follows their results is not in it. Absent in pairs from before it was kept. */
  readonly callsTools?: boolean;
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

/**
 * What a judge made of a pair, or `failed` where it made nothing of it. Where questions cost, `asking` comes before them:
 * it sets aside what they may cost, and `unasked` gives that back where the budget had no more room at that place.
 */
export type PairVerdict = "candidate" | "stable" | "tie" | "failed" | "asking" | "unasked";

/** What a judge preferred over all, in both orders. */
export type PairPreference = Extract<PairVerdict, "candidate" | "stable" | "tie">;

/** A judge's word on a pair, written after the pair itself. */
export interface PairJudgement {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Id of the candidate's call. */
  readonly call: string;
  readonly verdict: PairVerdict;
  /** Questions that were asked: none where the answers are the same or only one side has any. */
  readonly questions: number;
  /** Whether it preferred what stood first, or second, in both orders; a tie then. */
  readonly isFlipped: boolean;
  /** What this adds to the cost of all questions, pico-dollars as an integer in text; below 0 gives back what was set aside. */
  readonly costPico: string;
  /** Why it failed, in a clause. */
  readonly trouble: string | null;
}

/** What is kept of a copy, or of a judge's word on it. */
export type ShadowEntry = { readonly pair: ShadowPair } | { readonly judgement: PairJudgement };

/** The copy that an entry is about: of a kind there is one for each. */
export const copyOf = (entry: ShadowEntry): string =>
  "pair" in entry
    ? entry.pair.candidate.call
    : `${entry.judgement.verdict === "asking" ? "asking" : "judgement"} of ${entry.judgement.call}`;

/** When an entry was made, epoch milliseconds. */
export const madeAt = (entry: ShadowEntry): number => ("pair" in entry ? entry.pair.at : entry.judgement.at);

interface Kept {
  /** Grows with every entry of its rollout; the order in which entries are evidence. */
  readonly position: number;
  /** The session without its name: 32 hex digits of a hash. Its first pair is its contribution. */
  readonly session: string;
}

/** A pair as it is kept. */
export type KeptShadowPair = Kept & { readonly pair: ShadowPair };

/** A pair, or a judge's word on one, as it is kept. */
export type KeptShadowEntry = Kept & ShadowEntry;
