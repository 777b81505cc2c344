import type { Arm } from "./route.ts";

/** Where a session's identity came from, in the order in which it is looked for. */
export type SessionSource = "header" | "metadata" | "fingerprint" | "call";

/** The session of a call: the unit of assignment and of statistics. */
export interface Session {
  readonly id: string;
  readonly source: SessionSource;
}

/** A session's place in a rollout, decided once, at its first call. */
export interface Assignment {
  readonly rolloutId: string;
  readonly session: string;
  readonly arm: Exclude<Arm, "shadow">;
  readonly epoch: number;
  /** Weight of the candidate when the arm was drawn. */
  readonly weight: number;
}

/** Why a turn failed, as far as evidence is concerned. */
export type FailureCause = "provider" | "timeout" | "cut" | "bad_answer" | "refused" | "lost";

/** What one call contributes to its session: intention to treat, so the *assigned* arm counts. */
export interface Turn {
  readonly rolloutId: string;
  readonly session: string;
  /** The number that it began with; absent for one that begins as it ends. */
  readonly begun?: number;
  /** First failure of any attempt, also when a fallback repaired it. */
  readonly failure: FailureCause | null;
  /** Milliseconds from the arrival of the request to the last byte; `null` without a complete answer. */
  readonly latencyMs: number | null;
  /** Milliseconds to the first token; `null` when not streamed or none came. */
  readonly firstTokenMs: number | null;
  /** Whether the client asked for a stream; absent is not known. */
  readonly streamed?: boolean;
  /** Cost of all attempts in pico-dollars. */
  readonly costPico: bigint;
  /** Whether any answer of the turn was a refusal, also one that was asked for again. */
  readonly refused?: boolean;
  /** Whether any answer of the turn had another finding: empty, cut short, or not what was asked for. */
  readonly invalid?: boolean;
  /** Whether the client sent a tool's result back as an error, or a tool was called that is not there or not so. */
  readonly toolFailed?: boolean;
  /** Whether the client left while it waited for the answer, or for what comes next of it; absent is no. */
  readonly abandoned?: boolean;
  /** Output tokens, those of reasoning included, per second of the whole answer, or until the client left; absent where none were counted. */
  readonly tokensPerSecond?: number;
  /** What all attempts would have cost without prompt caches, pico-dollars; absent where that is `costPico`. */
  readonly neutralPico?: bigint;
}
