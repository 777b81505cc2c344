import type { AttemptRecord } from "../../domain/call/call-record.ts";
import type { RollwardError } from "../../domain/errors.ts";
import type { CallPlan } from "./plan-of.ts";

/**
 * The record of a target that was passed over. It is kept as a failed attempt, so that an open breaker never makes
 * a bad release look well.
 */
export function skippedAttempt(
  { targets }: CallPlan,
  target: number,
  { error, at }: { readonly error: RollwardError; readonly at: number },
): AttemptRecord {
  const { provider, model } = targets[target]?.target ?? { provider: "?", model: "?" };
  return {
    provider,
    model,
    reason: target === 0 ? "first" : "fallback",
    end: "skipped",
    key: null,
    startMs: at,
    firstByteMs: null,
    endMs: at,
    status: null,
    error: { code: error.code, message: error.message },
    usage: null,
    costPico: 0n,
  };
}
