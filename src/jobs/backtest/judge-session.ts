import type { PairOutcome, SessionJudgement } from "../../domain/backtest/compare-session.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { ChannelName } from "../../domain/traffic/route.ts";
import type { BudgetRefusal } from "../../ports/budget-ledger.ts";
import type { SetAside } from "../copy-money/operator-budgets.ts";
import { askInBothOrders } from "../judging/ask-in-both-orders.ts";
import { askPaid } from "../judging/ask-paid.ts";
import type { AskTerms, PairsJudgePlan } from "../judging/ask-in-both-orders.ts";
import { asBuffer } from "./judge-call.ts";
import type { LastAnswers } from "./replay-session.ts";

/** A replayed session that is to be judged. */
export interface SessionToJudge {
  /** Unique to the session in its backtest. */
  readonly id: string;
  readonly channel: ChannelName;
  readonly outcome: PairOutcome;
  readonly last: LastAnswers | null;
}

/**
 * What a judge makes of a session's last answers. What is known is not asked: equal answers are a tie, and a side that has
 * failed has lost against one that has not. `null` where there is nothing to compare; a refusal where a budget of live
 * traffic has no room for the questions.
 */
export async function judgeSession(
  plan: PairsJudgePlan,
  { id, channel, outcome, last }: SessionToJudge,
  terms: AskTerms & { readonly setAside: SetAside },
): Promise<SessionJudgement | BudgetRefusal | null> {
  const { baseline, candidate, turns } = outcome;
  if (baseline.failed && candidate.failed) return null;
  if (baseline.failed) return known("candidate");
  if (candidate.failed) return known("stable");
  if (last === null) return null;
  if (turns.every(({ isExact }) => isExact === true)) return known("tie");
  const asked = {
    id,
    ...channel,
    request: requestIn(last.bytes),
    stable: shown(last.baseline),
    candidate: shown(last.candidate),
  };
  return askPaid(plan, terms.setAside, () => askInBothOrders(plan, asked, terms));
}

const known = (verdict: SessionJudgement["verdict"]): SessionJudgement => ({
  verdict,
  isFlipped: false,
  questions: 0,
  trouble: null,
});

const shown = ({ text, toolCalls }: LastAnswers["baseline"]) => ({
  text,
  tool_calls: toolCalls.map(({ name, arguments: given }) => ({ name, arguments: given })),
});

function requestIn(bytes: Buffer): JsonObject | null {
  try {
    return JSON.parse(asBuffer(bytes).toString()) as JsonObject;
  } catch {
    return null;
  }
}
