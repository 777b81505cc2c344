import { Random } from "../evidence/random.ts";
import type { Rule, World } from "./rules/rule.ts";

/** What a rule came to over one order of the questions. */
export interface Tally {
  readonly requests: number;
  readonly hits: number;
  readonly wrong: number;
  readonly judged: number;
}

/** One order, and its second half by itself: there the cache has learned what it will. */
export interface RunResult {
  readonly whole: Tally;
  readonly late: Tally;
}

const NOTHING: Tally = { requests: 0, hits: 0, wrong: 0, judged: 0 };

/** Sends all questions through a rule, in the order that belongs to `seed` and `order`. */
export function runRule(
  rule: Rule,
  world: World,
  { seed, order }: { readonly seed: number; readonly order: number },
): RunResult {
  const { data } = world;
  const questions = shuffled(data.texts.length, new Random(seed, `${data.name} ${order}`));
  const name = `${seed} ${data.name} ${order} ${rule.bound}`;
  const take = rule.open(world, { random: new Random(seed, name), name });
  let [whole, late] = [NOTHING, NOTHING];
  for (const [at, question] of questions.entries()) {
    const { served, isJudged } = take(question);
    const isWrong = served !== null && data.classes[served] !== data.classes[question];
    const one = { hits: Number(served !== null), wrong: Number(isWrong), judged: Number(isJudged) };
    whole = plus(whole, one);
    if (at >= questions.length / 2) late = plus(late, one);
  }
  return { whole, late };
}

const plus = (tally: Tally, { hits, wrong, judged }: Omit<Tally, "requests">): Tally => ({
  requests: tally.requests + 1,
  hits: tally.hits + hits,
  wrong: tally.wrong + wrong,
  judged: tally.judged + judged,
});

/** The numbers below `length` in a random order (Fisher and Yates). */
function shuffled(length: number, random: Random): readonly number[] {
  const order = Array.from({ length }, (_, at) => at);
  for (let at = length - 1; at > 0; at -= 1) {
    const other = Math.floor(random.uniform() * (at + 1));
    [order[at], order[other]] = [order[other] ?? 0, order[at] ?? 0];
  }
  return order;
}
