import type { z } from "zod";
import { listEnvironments, showParity } from "../contract/environments.ts";
import { ask } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

type Answer = z.output<typeof showParity.answer>;

/** `rollward parity`: what differs between two environments; exit code 2 when users would get something else. */
export const parity: AddCommand = (program, line) => {
  program
    .command("parity")
    .description("shows what differs between two environments, and how much each difference matters")
    .requiredOption("--from <environment>", "the one")
    .requiredOption("--to <environment>", "the other")
    .action(async ({ from, to }: { readonly from: string; readonly to: string }) => {
      const { environment: _meant, ...connection } = line.connection();
      const answer = await ask(connection, showParity, { query: { from, to } });
      line.say(line.json() ? JSON.stringify(answer) : textOf(answer));
      if (!answer.same_behaviour) line.exitWith(2);
    });
};

/** `rollward environments`: which ones the server serves. */
export const environments: AddCommand = (program, line) => {
  program
    .command("environments")
    .description("the environments that the server serves, its own first")
    .action(async () => {
      const { environment: _meant, ...connection } = line.connection();
      const { data } = await ask(connection, listEnvironments);
      const rows = data.map((one) => [
        one.environment,
        one.own ? "own" : "",
        one.endpoints.join(", ") || "none",
        one.applied_at ?? "never",
      ]);
      line.say(
        line.json() ? JSON.stringify(data) : formatTable([["environment", "", "endpoints", "applied"], ...rows]),
      );
    });
};

const HEADINGS = [
  ["behaviour", "Users would get something else:"],
  ["capacity", "Only how much is carried, or what it costs, differs:"],
  ["expected", "Environments are there for this:"],
] as const;

function textOf({ from, to, differences }: Answer): string {
  if (differences.length === 0) return `Nothing differs between ${from} and ${to}.`;
  const parts = HEADINGS.flatMap(([weight, heading]) => {
    const own = differences.filter((one) => one.weight === weight);
    if (own.length === 0) return [];
    return [[heading, ...own.map((one) => lineOf(one, { from, to }))].join("\n")];
  });
  return parts.join("\n\n");
}

const lineOf = (
  { path, from: here, to: there, why }: Answer["differences"][number],
  { from, to }: { readonly from: string; readonly to: string },
): string => `  ${path}: ${here ?? "–"} in ${from}, ${there ?? "–"} in ${to}\n      ${why}`;
