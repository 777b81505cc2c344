import type { CallFacts } from "../../domain/call/call-record.ts";
import type { ErrorCode } from "../../domain/errors.ts";
import type { OpenCall } from "../open-call.ts";
import { tokensOf } from "./tokens-of.ts";

/** Closes what budgets keep open for a call, with what it has really cost; however it ended. */
export const closePurse = ({ purse }: OpenCall, costPico: bigint): void => purse?.hold.settle(costPico);

/** Closes what limits keep open for a call, with what it has really used; however it ended. */
export function closePass({ pass, rooms, attempts }: OpenCall): void {
  rooms?.close();
  pass?.settle(attempts.length === 0 ? null : attempts.reduce((sum, attempt) => sum + tokensOf(attempt), 0));
}

/** `paused` where somebody stopped everything while the call waited for a provider. */
const OUR_REFUSALS: ReadonlySet<ErrorCode> = new Set(["budget_spent", "budget_held", "budget_unknown", "paused"]);

/** Whether a call ended because nobody would pay for it or let it go on, which says nothing of its release. */
export const isUnaffordable = ({ errorCode }: Pick<CallFacts, "errorCode">): boolean =>
  errorCode !== null && OUR_REFUSALS.has(errorCode);
