import { RollwardError } from "../errors.ts";
import { refusalKind } from "./refusal-kind.ts";

/** The words of a report that are looked at, characters. */
const MOST_CHARACTERS = 500;

/**
 * A fault that a provider reports inside an answer with status 200, as an error of the table. A refusal told so is
 * still a refusal and a limit still a limit; anything else is an outage. `reason` is what the report says, its code
 * or type first.
 */
export function reportedFault(provider: string, reason: string): RollwardError {
  const said = reason.slice(0, MOST_CHARACTERS);
  const words = said.split(/[^A-Za-z0-9_]/);
  const kind = refusalKind(words, said);
  if (kind === "context-overflow") return new RollwardError("provider_context_overflow", { provider, reason });
  if (kind === "content-policy") return new RollwardError("provider_content_policy", { provider, reason });
  if (words.some((word) => LIMITS.has(word))) return new RollwardError("provider_rate_limited", { provider, reason });
  return new RollwardError("provider_error", { provider, reason, status: reason });
}

const LIMITS: ReadonlySet<string> = new Set(["rate_limit_exceeded", "rate_limit_error"]);
