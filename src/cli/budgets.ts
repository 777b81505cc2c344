import { listBudgets } from "../contract/meters.ts";
import { ask } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

/** `rollward budgets list|show`. */
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
      usd(one.held_pico),
      usd(one.limit_pico),
      `${percentOf(one.spent_pico, one.limit_pico)} %`,
      one.ends_at ?? "never",
    ]);
    const head = ["budget", "of", "window", "spent USD", "held USD", "of USD", "spent", "begins again"];
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
};

const PICO_PER_USD = 1_000_000_000_000n;

/** Pico-dollars as USD with four decimals, cut off. */
function usd(pico: string): string {
  const value = BigInt(pico);
  const decimals = ((value % PICO_PER_USD) / 100_000_000n).toString().padStart(4, "0");
  return `${value / PICO_PER_USD}.${decimals}`;
}

const percentOf = (spent: string, limit: string): string => String((BigInt(spent) * 100n) / BigInt(limit));
