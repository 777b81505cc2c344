import type { JsonObject } from "../../domain/json.ts";
import type { JudgePlan, PairJudgePlan } from "../../domain/rollout/plan.ts";
import { verdictOf } from "../../domain/shadow/verdict-of.ts";
import type { Preference } from "../../domain/shadow/verdict-of.ts";
import type { PairPreference } from "../../domain/shadow/shadow-pair.ts";
import type { Clock } from "../../ports/clock.ts";
import type { PairAnswer, PairJudge, PairQuestion, ShownAnswer } from "../../ports/pair-judge.ts";

/** A judge's plan with whom to ask about pairs. */
export type PairsJudgePlan = JudgePlan & { readonly pairs: PairJudgePlan };

/** Both answers to one request. */
export interface AskedPair {
  /** Unique to the pair; its questions are told apart behind it. */
  readonly id: string;
  readonly endpoint: string;
  readonly environment: string;
  /** What the client sent; `null` where it cannot be read. */
  readonly request: JsonObject | null;
  readonly stable: ShownAnswer;
  readonly candidate: ShownAnswer;
}

/** What became of a pair: a preference, or in a clause why there is none. */
export interface AskedVerdict {
  readonly verdict: PairPreference | "failed";
  readonly isFlipped: boolean;
  readonly questions: number;
  readonly trouble: string | null;
}

/** What asking needs. */
export interface AskTerms {
  readonly judge: PairJudge;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Questions of one pair. */
export const QUESTIONS_PER_PAIR = 2;

/** Longest question, as JSON, characters. */
const MOST_QUESTION = 512 * 1024;

/** Asks which of two answers is better, once in either order, each within the plan's time. Never rejects. */
export async function askInBothOrders(
  plan: PairsJudgePlan,
  { id, stable, candidate, ...pair }: AskedPair,
  terms: AskTerms,
): Promise<AskedVerdict> {
  const { score, digest, pairs } = plan;
  const { request } = pair;
  if (request === null) return failed("its request cannot be read", 0);
  if (terms.signal.aborted) return failed("it was to be stopped", 0);
  const asked = { ...pair, request, score, digest };
  const orders: readonly PairQuestion[] = [
    { id: `${id}.1`, ...asked, first: stable, second: candidate },
    { id: `${id}.2`, ...asked, first: candidate, second: stable },
  ];
  if (JSON.stringify(orders[0]).length > MOST_QUESTION) return failed("it is too long to be asked", 0);
  const said: Preference[] = [];
  for (const question of orders) {
    const answer = await askOnce(pairs, question, terms);
    if ("trouble" in answer) return failed(answer.trouble, said.length + 1);
    said.push(answer.better);
  }
  const [first = "tie", second = "tie"] = said;
  return { ...verdictOf(first, second), questions: QUESTIONS_PER_PAIR, trouble: null };
}

const failed = (trouble: string, questions: number): AskedVerdict => ({
  verdict: "failed",
  isFlipped: false,
  questions,
  trouble,
});

async function askOnce(
  plan: PairJudgePlan,
  question: PairQuestion,
  { judge, clock, signal }: AskTerms,
): Promise<PairAnswer> {
  const limit = new AbortController();
  const cancel = clock.after(plan.timeoutMs, () => limit.abort());
  const answer = await judge.ask(plan, question, AbortSignal.any([limit.signal, signal]));
  cancel();
  const isLate = limit.signal.aborted && "trouble" in answer;
  return isLate ? { trouble: `no answer within ${Math.round(plan.timeoutMs / 1_000)} s` } : answer;
}
