import { RollwardError } from "../../domain/errors.ts";
import type { BudgetHold, BudgetRefusal } from "../../ports/budget-ledger.ts";
import type { CallPlan } from "../attempt/plan-of.ts";
import type { OpenCall } from "../open-call.ts";
import { besidePico } from "./beside-pico.ts";

/** The money that is set aside for a call under way. */
export interface OpenPurse {
  readonly hold: BudgetHold;
  /** What one attempt can cost at most, pico-dollars. */
  readonly attemptPico: bigint;
  /** Positions of the targets that it can pay; `null` where it can pay all. */
  readonly payable: readonly number[] | null;
}

/** The plan of a call that can pay only some of its targets: nobody else is asked. */
export function planWithinMeans(plan: CallPlan, purse: OpenPurse | undefined): CallPlan {
  const payable = purse?.payable ?? null;
  if (payable === null) return plan;
  const within = (chain: readonly number[]): readonly number[] => chain.filter((target) => payable.includes(target));
  const { outage, rateLimit, contextOverflow, contentPolicy, rejected } = plan.chains;
  const chains = {
    outage: within(outage),
    rateLimit: within(rateLimit),
    contextOverflow: within(contextOverflow),
    contentPolicy: within(contentPolicy),
    rejected: within(rejected),
  };
  return { ...plan, chains };
}

/** Where a call begins that would begin at `wanted`: there, or at the first target that it can pay. */
export function startWithinMeans(wanted: number, purse: OpenPurse | undefined): number {
  const payable = purse?.payable ?? null;
  return payable === null || payable.includes(wanted) ? wanted : (payable[0] ?? wanted);
}

/**
 * Sets aside what one more attempt can cost, beside what the attempts before it have cost and what `underWay` others
 * may. False where the budget has no room for it: then it is not made.
 */
export async function covers(call: OpenCall, underWay = 0): Promise<boolean> {
  const missing = missingFor(call, underWay);
  if (missing === null) return true;
  return (await missing.hold.extend(missing.morePico)) === null;
}

/** The same for one attempt that can cost more or less than those before it. */
export async function coversCost(call: OpenCall, attemptPico: bigint): Promise<boolean> {
  if (call.purse === undefined) return true;
  const { hold } = call.purse;
  const morePico = spentOf(call) + attemptPico - hold.amountPico;
  return morePico <= 0n || (await hold.extend(morePico)) === null;
}

/** The same where nobody can wait: only with what this process already holds. */
export function coversNow(call: OpenCall, underWay: number): boolean {
  const missing = missingFor(call, underWay);
  return missing === null || missing.hold.extend(missing.morePico) === null;
}

function missingFor(call: OpenCall, underWay: number): { readonly hold: BudgetHold; readonly morePico: bigint } | null {
  const { purse } = call;
  if (purse === undefined) return null;
  const morePico = spentOf(call) + purse.attemptPico * BigInt(underWay + 1) - purse.hold.amountPico;
  return morePico <= 0n ? null : { hold: purse.hold, morePico };
}

const spentOf = (call: OpenCall): bigint =>
  call.attempts.reduce((sum, { costPico }) => sum + costPico, besidePico(call));

/** Seconds after which calls under way may have freed something. */
const HELD_RETRY_S = 1;

/** Why a call has no money, in words for its client. What others left of a shared budget is not told. */
export function unaffordable(
  { account, reason, roomPico }: BudgetRefusal,
  neededPico: bigint,
  now: number,
): RollwardError {
  const { budget, per, window, endsAt } = account;
  const isOwn = per === "key" || per === "user" || per === "tenant";
  const isTooSmall = neededPico > account.limitPico;
  const room = isOwn && roomPico !== null ? `, and ${usd(roomPico > 0n ? roomPico : 0n)} USD are left` : "";
  const left = isTooSmall ? ", more than the whole budget: send a smaller `max_tokens` or raise the budget" : room;
  const wait = isTooSmall ? "" : `, wait for the next ${window === "total" ? "budget" : window}`;
  const details = { budget, per, window: window === "total" ? "budget" : window, needed: usd(neededPico), left, wait };
  if (reason === "unreachable") return new RollwardError("budget_unknown", { ...details, retryAfter: HELD_RETRY_S });
  if (reason === "held") return new RollwardError("budget_held", { ...details, retryAfter: HELD_RETRY_S });
  const retryAfter = endsAt === null || isTooSmall ? null : Math.max(1, Math.ceil((endsAt - now) / 1_000));
  return new RollwardError("budget_spent", { ...details, retryAfter });
}

const PICO_PER_MICRO = 1_000_000n;

/** Pico-dollars as USD with six decimals, rounded up. */
function usd(pico: bigint): string {
  const micro = (pico + PICO_PER_MICRO - 1n) / PICO_PER_MICRO;
  const digits = micro.toString().padStart(7, "0");
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}
