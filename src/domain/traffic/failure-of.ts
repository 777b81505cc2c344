import { isFailing } from "../answer/checks-policy.ts";
import type { AttemptRecord, CallFacts } from "../call/call-record.ts";
import type { ErrorCode } from "../errors.ts";
import type { FailureCause } from "./assignment.ts";

const CAUSES: Partial<Record<ErrorCode, FailureCause>> = {
  provider_unreachable: "provider",
  provider_rate_limited: "provider",
  provider_error: "provider",
  provider_unavailable: "provider",
  provider_credentials: "provider",
  provider_timeout: "timeout",
  provider_cut: "cut",
  provider_bad_answer: "bad_answer",
  answer_too_large: "bad_answer",
  answer_rejected: "bad_answer",
  internal: "lost",
};

const causeOf = (code: ErrorCode): FailureCause => CAUSES[code] ?? "refused";

/**
 * Intention to treat: the first failure of any attempt belongs to the assigned release, also when a
 * fallback repaired it. A client that leaves is no failure, but what failed before it left is. A rejected answer is
 * one only where its finding counts as such: a cascade rejects answers all day. A model that was passed over for a limit of
 * one's own hides nothing that went wrong after it.
 */
export function failureOf(
  call: Pick<CallFacts, "outcome" | "errorCode" | "findings"> & { readonly attempts: readonly AttemptRecord[] },
): FailureCause | null {
  const counted = call.outcome === "abandoned" ? call.attempts.slice(0, -1) : call.attempts;
  const failed = counted.find((one) => isFailed(one) && !isOurLimit(one)) ?? counted.find(isFailed);
  if (failed?.error != null) return causeOf(failed.error.code);
  if (call.findings?.some(({ action }) => isFailing(action)) === true) return "bad_answer";
  return call.outcome === "failed" && call.errorCode !== null ? causeOf(call.errorCode) : null;
}

const isFailed = ({ error, end }: AttemptRecord): boolean =>
  error !== null && end !== "abandoned" && end !== "rejected";

const isOurLimit = ({ error }: AttemptRecord): boolean => error?.code === "rate_limited";
