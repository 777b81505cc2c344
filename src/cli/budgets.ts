import type { z } from "zod";
import { listBudgets, releaseBudget } from "../contract/meters.ts";
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
      one.expected_pico === null ? "" : usd(one.expected_pico),
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
      "spent",
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

const PICO_PER_USD = 1_000_000_000_000n;

/** Pico-dollars as USD with four decimals, cut off. */
function usd(pico: string): string {
  const value = BigInt(pico);
  const decimals = ((value % PICO_PER_USD) / 100_000_000n).toString().padStart(4, "0");
  return `${value / PICO_PER_USD}.${decimals}`;
}

const percentOf = (spent: string, limit: string): string => String((BigInt(spent) * 100n) / BigInt(limit));
