import { isFailing } from "../answer/checks-policy.ts";
import { CLIENT_LEFT } from "../call/call-record.ts";
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

/** A client that leaves sooner, with nothing to read yet, may have changed its mind; later it has given up waiting. Milliseconds. */
const PATIENCE_MS = 5_000;

/** What tells whether a call failed; without its times nobody is taken to have given up waiting. */
type Ending = Pick<CallFacts, "outcome" | "errorCode" | "findings"> &
  Partial<Pick<CallFacts, "totalMs" | "status" | "stages">> & { readonly attempts: readonly AttemptRecord[] };

/**
 * Intention to treat: the first failure of any attempt belongs to the assigned release, also when a
 * fallback repaired it. A client that leaves is no failure, but what failed before it left is, and so is silence until it gave up:
 * else a release that hangs would look no worse for as long as clients are less patient than its timeouts. A rejected answer is
 * one only where its finding counts as such: a cascade rejects answers all day. A model that was passed over for a limit of
 * one's own hides nothing that went wrong after it.
 */
export function failureOf(call: Ending): FailureCause | null {
  const { attempts } = call;
  const failed = attempts.find((one) => isFailed(one) && !isOurLimit(one)) ?? attempts.find(isFailed);
  if (failed?.error != null) return causeOf(failed.error.code);
  if (call.findings?.some(({ action }) => isFailing(action)) === true) return "bad_answer";
  if (hasGivenUp(call)) return "timeout";
  return call.outcome === "failed" && call.errorCode !== null ? causeOf(call.errorCode) : null;
}

/**
 * Whether the client left after a long time in which it was given nothing, from when a model was to be asked: lines before the arm was drawn
 * are nobody's fault. Whom a stop of the server ends has an error and no patience lost.
 */
function hasGivenUp({ outcome, errorCode, stages = [], totalMs = 0, status }: Ending): boolean {
  if (outcome !== "abandoned" || errorCode !== null || status !== CLIENT_LEFT) return false;
  const asking = stages.find(({ stage }) => stage === "call");
  return asking !== undefined && totalMs - asking.startMs >= PATIENCE_MS;
}

const isFailed = ({ error, end }: AttemptRecord): boolean =>
  error !== null && end !== "abandoned" && end !== "rejected";

const isOurLimit = ({ error }: AttemptRecord): boolean => error?.code === "rate_limited";
