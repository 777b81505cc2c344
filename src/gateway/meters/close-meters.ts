import type { AttemptRecord, CallFacts } from "../../domain/call/call-record.ts";
import type { ErrorCode } from "../../domain/errors.ts";
import type { OpenCall } from "../open-call.ts";

/** Closes what limits and budgets keep open for a call, with what it has really used; however it ended. */
export function closeMeters({ pass, purse, attempts }: OpenCall, costPico: bigint): void {
  purse?.hold.settle(costPico);
  pass?.settle(attempts.length === 0 ? null : attempts.reduce((sum, attempt) => sum + tokensOf(attempt), 0));
}

const tokensOf = ({ usage }: AttemptRecord): number =>
  usage === null ? 0 : usage.input + usage.cachedInput + usage.cacheWrite + usage.output + usage.reasoning;

const OUR_REFUSALS: ReadonlySet<ErrorCode> = new Set(["budget_spent", "budget_held", "budget_unknown"]);

/** Whether a call ended because nobody would pay for it, which says nothing of its release. */
export const isUnaffordable = ({ errorCode }: Pick<CallFacts, "errorCode">): boolean =>
  errorCode !== null && OUR_REFUSALS.has(errorCode);
