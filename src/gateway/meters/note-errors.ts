import type { CallFacts } from "../../domain/call/call-record.ts";
import { failureOf } from "../../domain/traffic/failure-of.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";

/**
 * Counts a call for the rules that stop what fails too often, as its client saw it: a fallback that answered is no
 * failure, and what the request itself is to blame for is none either. Calls that were refused before anybody was
 * asked do not count at all, nor do those that a stop of the server has ended.
 */
export function noteErrors({ errors, clock }: Gateway, { settings, key, aim }: OpenCall, facts: CallFacts): void {
  const rules = settings.pauseRules;
  if (rules === undefined || errors === undefined || key === null || aim === null) return;
  if (facts.attempts.length === 0 && facts.outcome === "failed") return;
  if (facts.errorCode === "server_stopped" || facts.errorCode === "rate_limited") return;
  const cause = facts.outcome === "failed" ? failureOf(facts) : null;
  const failed = cause !== null && cause !== "refused";
  const call = { endpoint: facts.endpoint, tenant: key.tenant ?? null, keyId: key.id, failed };
  errors.note(rules, call, clock.elapsed());
}
