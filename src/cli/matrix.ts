import type { z } from "zod";
import { showMatrix } from "../contract/versions.ts";
import { ask } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

/** `rollward matrix <endpoint>`: releases × parts. */
export const matrix: AddCommand = (program, line) => {
  program
    .command("matrix <endpoint>")
    .description("which version of each prompt, model and tool every release pins; * marks what changed")
    .option("-n, --limit <count>", "how many releases, at most 200", "20")
    .action(async (endpoint: string, { limit }: { limit: string }) => {
      const answer = await ask(line.connection(), showMatrix, {
        params: { endpoint },
        query: { limit },
        written: { limit: "--limit", endpoint: "The endpoint" },
      });
      line.say(line.json() ? JSON.stringify(answer) : textOf(answer));
    });
};

function textOf({ columns, rows }: z.output<typeof showMatrix.answer>): string {
  const heading = ["release", "serves", ...columns];
  const lines = rows.map(({ release, where, cells }) => [
    release,
    where.join(", ") || "–",
    ...cells.map(({ value, changed }) => `${changed ? "*" : " "}${value ?? "–"}`),
  ]);
  return formatTable([heading, ...lines]);
}
