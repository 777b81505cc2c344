import type { ErrorCode, RollwardError } from "../errors.ts";

/**
 * What kind of failure an attempt met, which decides who is asked next. `late` is an outage after which the same
 * target must not be asked again; `gone` one that asking again cannot help; `rejected` a whole answer that was not good
 * enough; `final` ends the call.
 */
export type FaultClass =
  | "outage"
  | "late"
  | "gone"
  | "rate-limit"
  | "credentials"
  | "context-overflow"
  | "content-policy"
  | "rejected"
  | "final";

const CLASSES: Partial<Record<ErrorCode, FaultClass>> = {
  provider_unreachable: "outage",
  provider_error: "outage",
  provider_bad_answer: "outage",
  provider_cut: "outage",
  provider_timeout: "late",
  provider_unavailable: "gone",
  provider_rate_limited: "rate-limit",
  rate_limited: "rate-limit",
  provider_credentials: "credentials",
  provider_context_overflow: "context-overflow",
  provider_content_policy: "content-policy",
  answer_rejected: "rejected",
};

/** The class of a failure. A provider that does not know the model (404, 410) is as good as away. */
export function faultClassOf({ code, details }: Pick<RollwardError, "code" | "details">): FaultClass {
  if (code === "provider_refused_request") {
    return details["status"] === 404 || details["status"] === 410 ? "gone" : "final";
  }
  return CLASSES[code] ?? "final";
}

/**
 * Whether a fallback cannot take the request as it is put: it has no word for a field, or its provider refuses one. Not
 * so what the first model refuses on its own wire: that is for the client to hear. `isFallback` says which it was.
 */
export function isMisfit({ code }: Pick<RollwardError, "code">, isFallback: boolean): boolean {
  return code === "untranslatable" || (isFallback && code === "provider_refused_request");
}

/** Whether a failure counts against the target in its circuit breaker. */
export const isOutage = (fault: FaultClass): boolean => fault === "outage" || fault === "late";

/** How long the provider asked to be left alone, ms; `null` when it did not say. */
export function askedWaitOf({ details }: Pick<RollwardError, "details">): number | null {
  const asked = details["retryAfterMs"];
  return typeof asked === "number" ? asked : null;
}
