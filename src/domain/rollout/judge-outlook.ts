import type { RolloutPlan } from "./plan.ts";

const PICO_PER_USD = 1e12;

const usd = (pico: number): string => `${Number((pico / PICO_PER_USD).toPrecision(6))} USD`;

/** What a plan's judge of pairs may cost, as a sentence without its subject; [] where none is asked in this plan. */
export function judgeOutlook({ shadow, metrics }: Pick<RolloutPlan, "shadow" | "metrics">): readonly string[] {
  const pairs = metrics.find(({ metric }) => metric === "judge")?.judge?.pairs;
  if (shadow === undefined || pairs === undefined) return [];
  const { questionPico, budgetPico, place } = pairs;
  const who = place.kind === "command" ? `the program ${place.program}` : `the judge at ${new URL(place.url).host}`;
  const cost =
    budgetPico === null
      ? "without what that costs being counted"
      : `for ${usd(questionPico)} a question and at most ${usd(budgetPico)} in all`;
  return [`has pairs of copies judged by ${who}, two questions a pair, ${cost}`];
}
