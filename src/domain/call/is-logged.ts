import type { LoggedCalls } from "../telemetry/telemetry-settings.ts";
import type { CallFacts } from "./call-record.ts";
import { isRepaired } from "./is-repaired.ts";

/**
 * Whether a call that has ended gets a line in the log. An error is a call that failed, or that a fallback, another attempt or a kept answer
 * had to save; that a client has left is none.
 */
export function isLogged(facts: CallFacts, which: LoggedCalls): boolean {
  if (which !== "errors") return which === "all";
  return facts.outcome === "failed" || isRepaired(facts);
}
