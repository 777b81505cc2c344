import type { CallFacts } from "../call/call-record.ts";
import { traceIdOf } from "./trace-ids.ts";

/** Which traces leave the server. Everything that one rule keeps is kept. */
export interface SamplePolicy {
  /** Share of the traces in [0, 1] that are kept whatever they are. */
  readonly share: number;
  /** Calls that failed, and those with an attempt that did. */
  readonly errors: boolean;
  /** Calls that took longer than this, ms, and those whose first token did; `null` keeps none for it. */
  readonly slowerThanMs: number | null;
  /** Calls of candidates and the copies of shadow stages. */
  readonly candidates: boolean;
  /** Calls whose caller records its own trace. */
  readonly parents: boolean;
}

/** Why a trace was kept. */
export type SampleReason = "error" | "slow" | "arm" | "caller" | "share";

/**
 * Why a call's trace is kept, `null` when it is not. Decided after the end, from the facts alone, so that every replica
 * decides alike.
 */
export function whyKept(facts: CallFacts, policy: SamplePolicy): SampleReason | null {
  if (policy.errors && hasFailed(facts)) return "error";
  const { slowerThanMs } = policy;
  if (slowerThanMs !== null && facts.totalMs >= slowerThanMs) return "slow";
  if (policy.candidates && (facts.arm === "candidate" || facts.arm === "shadow")) return "arm";
  if (policy.parents && facts.parentSpan?.sampled === true) return "caller";
  return isInShare(traceIdOf(facts), policy.share) ? "share" : null;
}

function hasFailed({ outcome, attempts }: CallFacts): boolean {
  if (outcome === "failed") return true;
  for (const { end, error } of attempts) if (error !== null && (end === undefined || FAULTS.has(end))) return true;
  return false;
}

/** Ends of attempts that are faults: one that was overtaken or left alone is none. */
const FAULTS: ReadonlySet<string> = new Set(["failed", "rejected"]);

const FIFTY_SIX_BITS = 14;

/**
 * Whether a trace is in the share: by the last 56 bits of its id, which are random, read as a number in [0, 1). The same
 * rule as OpenTelemetry's consistent probability sampling, so that others who sample by it keep the same traces.
 */
export function isInShare(traceId: string, share: number): boolean {
  if (share >= 1) return true;
  if (share <= 0) return false;
  return Number.parseInt(traceId.slice(-FIFTY_SIX_BITS), 16) / 2 ** 56 >= 1 - share;
}
