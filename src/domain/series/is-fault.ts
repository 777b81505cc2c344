import type { ErrorCode } from "../errors.ts";
import { failureOf } from "../traffic/failure-of.ts";

/** Codes of refusals that the request is not to blame for: Rollward itself had no room, or did not know. */
const OWN: ReadonlySet<string> = new Set<ErrorCode>([
  "overloaded",
  "bodies_full",
  "budget_unknown",
  "environment_unserved",
  "database_unavailable",
  "not_ready",
  "server_stopped",
]);

/**
 * Whether a failed call counts against availability: the provider, the network or Rollward did not do what the request had a right to.
 * What the request, its key, its limits or a person's stop are to blame for does not.
 */
export const isFault = (code: ErrorCode): boolean =>
  OWN.has(code) || failureOf({ outcome: "failed", errorCode: code, attempts: [] }) !== "refused";
