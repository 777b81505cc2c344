import type { LoggedCalls } from "../telemetry/telemetry-settings.ts";
import type { CallFacts } from "./call-record.ts";

/**
 * Whether a call that has ended gets a line in the log. An error is a call that failed, or that a fallback, another attempt or a kept answer
 * had to save; that a client has left is none.
 */
export function isLogged({ outcome, attempts }: CallFacts, which: LoggedCalls): boolean {
  if (which !== "errors") return which === "all";
  if (outcome === "failed") return true;
  return (
    outcome === "ok" && attempts.some(({ end, error }) => error !== null && end !== "abandoned" && end !== "rejected")
  );
}
