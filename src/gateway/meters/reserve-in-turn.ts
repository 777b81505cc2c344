import type { BudgetAccount } from "../../domain/budgets/budget-rule.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { LimitClaim, QueueRule } from "../../domain/limits/limit-rule.ts";
import { isHold } from "../../ports/budget-ledger.ts";
import type { BudgetHold, BudgetRefusal } from "../../ports/budget-ledger.ts";
import { isPass } from "../../ports/limiter.ts";
import type { LimitPass, LimitRefusal } from "../../ports/limiter.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import { callSubjectsOf } from "./call-subjects-of.ts";
import { likelyTokens } from "./expected-tokens.ts";
import { noteTurnedAway, rankOf, visitOf } from "./visit-of.ts";

/** When what is held is looked at again: nobody tells when a call ends elsewhere, ms. */
const LOOK_MS = 20;

/** What a call sets aside, and of which accounts. */
export interface Sum {
  readonly accounts: readonly BudgetAccount[];
  /** Asked whenever its turn has come: a call that waits may get another release meanwhile. May throw what its client is told. */
  readonly amountPico: () => bigint;
}

/**
 * Sets a sum aside. Where a budget lets calls wait and calls under way hold what is missing, the call waits in the line
 * of that budget and subject, behind those who came before it; what is spent is refused at once. All waits of a call
 * together are as long as its queue permits.
 */
export function reserveInTurn(
  gateway: Gateway,
  call: OpenCall,
  sum: Sum,
): BudgetHold | BudgetRefusal | Promise<BudgetHold | BudgetRefusal> {
  const { queue = null } = call.settings.meters ?? {};
  const first = queue === null ? undefined : sum.accounts.find(isQueued);
  if (queue === null || first === undefined) return gateway.budgets.reserve(sum.accounts, sum.amountPico());
  return takeTurn(gateway, call, { queue, line: new MoneyLine(gateway, sum), first });
}

const isQueued = ({ atLimit }: BudgetAccount): boolean => atLimit === "queue";

interface Turn {
  readonly queue: QueueRule;
  readonly line: MoneyLine;
  /** Whose refusal it is where others wait and nobody was asked. */
  readonly first: BudgetAccount;
}

async function takeTurn(
  gateway: Gateway,
  call: OpenCall,
  { queue, line, first }: Turn,
): Promise<BudgetHold | BudgetRefusal> {
  const subjects = callSubjectsOf(call);
  const visit = visitOf(gateway, call, {
    claims: line.claims,
    tokens: likelyTokens(gateway, call),
    rank: rankOf(queue, subjects),
    subjects,
    take: () => line.take(),
  });
  const longestWaitMs = Math.max(0, queue.longestWaitMs - (call.queue?.waitedMs ?? 0));
  const pass = await gateway.waiting.enter(visit, { ...queue, longestWaitMs });
  if (line.fault !== null) throw line.fault;
  if (isPass(pass) && line.final !== null) return line.final;
  noteTurnedAway(gateway, call, null);
  return line.held ?? { account: first, reason: "held", roomPico: null };
}

/** One call before the lines of its budgets. */
class MoneyLine {
  readonly #gateway: Pick<Gateway, "budgets">;
  readonly #sum: Sum;
  readonly claims: readonly LimitClaim[];
  /** The last answer that waiting may change. */
  held: BudgetRefusal | null = null;
  /** The answer that it will not. */
  final: BudgetHold | BudgetRefusal | null = null;
  /** Why it waits no longer, with nothing set aside. */
  fault: RollwardError | null = null;

  constructor(gateway: Pick<Gateway, "budgets">, sum: Sum) {
    this.#gateway = gateway;
    this.#sum = sum;
    this.claims = sum.accounts.filter(isQueued).map(claimOf);
  }

  async take(): Promise<LimitPass | LimitRefusal> {
    const amountPico = this.#amountPico();
    if (amountPico === null) return { states: [], settle() {} };
    const answer = await this.#gateway.budgets.reserve(this.#sum.accounts, amountPico);
    if (!isHold(answer) && answer.reason === "held" && isQueued(answer.account)) {
      this.held = answer;
      return { claim: claimOf(answer.account), kind: "concurrent", retryAfterMs: LOOK_MS, states: [] };
    }
    this.final = answer;
    return { states: [], settle: () => (isHold(answer) ? answer.settle(0n) : undefined) };
  }

  /** Nothing may be thrown at the line: others stand in it. */
  #amountPico(): bigint | null {
    try {
      return this.#sum.amountPico();
    } catch (error) {
      this.fault = RollwardError.from(error);
      return null;
    }
  }
}

/** A budget as a limit to wait for: a cap, of which nobody can say when it has room. No limit's name has a colon. */
function claimOf({ budget, per, id }: BudgetAccount): LimitClaim {
  const rule = { name: `budget:${budget}`, per, only: {}, requests: null, tokens: null, concurrent: 0 } as const;
  return { rule, subject: id };
}
