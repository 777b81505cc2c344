import type { z } from "zod";
import { listBudgets, releaseBudget } from "../contract/meters.ts";
import { usdText } from "../kit/usd-text.ts";
import { ask } from "./ask.ts";
import type { budgetView } from "../contract/meters.ts";
import type { AddCommand } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

/** `rollward budgets list|show|release`. */
export const budgets: AddCommand = (program, line) => {
  const group = program.command("budgets").description("what calls may cost");
  const show = async (query: { budget?: string }): Promise<void> => {
    const answer = await ask(line.connection(), listBudgets, { query });
    if (line.json()) return line.say(JSON.stringify(answer));
    const rows = answer.data.map((one) => [
      one.budget,
      one.subject === "" ? `each ${one.per}` : `${one.per ?? "gone"} ${one.subject}`,
      one.window ?? "",
      usd(one.spent_pico),
      usd(String(liveOf(one))),
      usd(one.held_by_dead_pico),
      usd(one.limit_pico),
      one.expected_pico === null ? notExpected(one) : usd(one.expected_pico),
      `${percentOf(one.spent_pico, one.limit_pico)} %`,
      one.ends_at ?? "never",
    ]);
    const head = [
      "budget",
      "of",
      "window",
      "spent USD",
      "held USD",
      "held by dead USD",
      "of USD",
      "at this pace USD",
      "used",
      "begins again",
    ];
    line.say(formatTable([head, ...rows]));
    if (answer.trouble !== null) line.say(`This server cannot reach the books: ${answer.trouble}`);
  };
  group
    .command("list")
    .description("what was spent of each budget, the most used first")
    .action(() => show({}));
  group
    .command("show <budget>")
    .description("one budget, for everybody it counts")
    .action((budget: string) => show({ budget }));
  group
    .command("release <budget>")
    .description("gives back what servers that no longer live hold of a budget; what they spent untold is not counted")
    .requiredOption("--reason <text>", "why; goes to the log of the server")
    .action(async (budget: string, { reason }: { reason: string }) => {
      const answer = await ask(line.connection(), releaseBudget, { params: { budget }, body: { reason } });
      if (line.json()) return line.say(JSON.stringify(answer));
      const sum = answer.data.reduce((total, one) => total + BigInt(one.released_pico), 0n);
      line.say(sum === 0n ? "No dead server holds anything of it." : `Given back: ${usd(String(sum))} USD.`);
    });
};

/** Pico-dollars that living servers hold. */
function liveOf({ held_pico: held, held_by_dead_pico: dead }: BudgetView): bigint {
  const live = BigInt(held) - BigInt(dead);
  return live > 0n ? live : 0n;
}

type BudgetView = z.output<typeof budgetView>;

/** Pico-dollars as USD with four decimals, or as many as small amounts need. */
const usd = (pico: string): string => usdText(BigInt(pico), 4);

/** Why there is no forecast, in a few words. */
function notExpected({ per, window }: BudgetView): string {
  if (per === null) return "no longer configured";
  if (window !== "day" && window !== "month") return "only of days and months";
  return per === "environment" || per === "endpoint" || per === "key" ? "after a full day" : `not of a ${per}`;
}

const percentOf = (spent: string, limit: string): string => String((BigInt(spent) * 100n) / BigInt(limit));
