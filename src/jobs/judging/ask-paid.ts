import { isHold } from "../../ports/budget-ledger.ts";
import type { BudgetRefusal } from "../../ports/budget-ledger.ts";
import type { SetAside } from "../copy-money/operator-budgets.ts";
import { QUESTIONS_PER_PAIR } from "./ask-in-both-orders.ts";
import type { AskedVerdict, PairsJudgePlan } from "./ask-in-both-orders.ts";

/** Asks about a pair where budgets have room for its questions, and settles what was asked; else says which has none. */
export async function askPaid(
  { pairs }: PairsJudgePlan,
  setAside: SetAside,
  ask: () => Promise<AskedVerdict>,
): Promise<AskedVerdict | BudgetRefusal> {
  const eachPico = BigInt(pairs.questionPico);
  if (eachPico === 0n) return ask();
  const hold = await setAside(BigInt(QUESTIONS_PER_PAIR) * eachPico);
  if (!isHold(hold)) return hold;
  const asked = await ask();
  hold.settle(BigInt(asked.questions) * eachPico);
  return asked;
}
