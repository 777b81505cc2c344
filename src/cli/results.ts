import type { z } from "zod";
import { evictResult, openResults, purgeResults, showResults } from "../contract/results.ts";
import type { resultsView } from "../contract/results.ts";
import { ask } from "./ask.ts";
import type { AddCommand, CommandLine } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

interface SourceOptions {
  readonly tool?: string;
  readonly source?: string;
}

const written = { tool: "--tool", source: "--source" };

/** `rollward results show|purge|evict|open`. */
export const results: AddCommand = (program, line) => {
  const group = program.command("results").description("kept results of tools and retrieved passages");
  group
    .command("show")
    .description("what became of lookups since the server started, and what has closed itself")
    .action(async () => {
      const answer = await ask(line.connection(), showResults);
      line.say(line.json() ? JSON.stringify(answer) : describeResults(answer));
    });
  group
    .command("purge <endpoint>")
    .description("forgets kept results of a tool or a retrieval, or of all")
    .option("--tool <name>", "only this tool")
    .option("--source <name>", "only this retrieval")
    .action(async (endpoint: string, { tool, source }: SourceOptions) => {
      const answer = await ask(line.connection(), purgeResults, {
        params: { endpoint },
        query: { tool, source },
        written,
      });
      line.say(
        line.json()
          ? JSON.stringify(answer)
          : `${answer.purged} ${answer.purged === 1 ? "entry of" : "entries of"} ${endpoint} ${answer.purged === 1 ? "is" : "are"} forgotten.`,
      );
    });
  addEvict(group, line);
  group
    .command("open <endpoint>")
    .description("opens a source again that closed itself")
    .option("--tool <name>", "this tool")
    .option("--source <name>", "this retrieval")
    .action(async (endpoint: string, { tool, source }: SourceOptions) => {
      const answer = await ask(line.connection(), openResults, {
        params: { endpoint },
        body: { tool, source },
        written,
      });
      const said = answer.opened ? "It is open again; comparisons begin anew." : "It was not closed.";
      line.say(line.json() ? JSON.stringify(answer) : said);
    });
};

function addEvict(group: Parameters<AddCommand>[0], line: CommandLine): void {
  group
    .command("evict <endpoint>")
    .description("forgets one kept result")
    .requiredOption("--entry <key>", "the entry, from the answer of a lookup")
    .option("--tool <name>", "of this tool")
    .option("--source <name>", "of this retrieval")
    .action(async (endpoint: string, { entry, tool, source }: SourceOptions & { readonly entry: string }) => {
      const answer = await ask(line.connection(), evictResult, {
        params: { endpoint, entry },
        query: { tool, source },
        written: { ...written, entry: "--entry" },
      });
      const said = answer.evicted ? "The result is forgotten." : "No such result is kept.";
      line.say(line.json() ? JSON.stringify(answer) : said);
    });
}

/** Kept results as a table; what has closed itself stands below it in words. */
export function describeResults({ data, shared, waiting }: z.output<typeof showResults.answer>): string {
  if (data.length === 0) return "No results of tools or retrieval are kept: none is declared in rollward.yaml.";
  const head = ["endpoint", "results of", "hits", "waited", "misses", "brought", "compared", "state"];
  const where = shared ? "shared by replicas; counts of this process" : "of this process";
  const closed = data.flatMap((one) => (one.closed === null ? [] : [closedText(one, one.closed)]));
  return [formatTable([head, ...data.map(rowOf)]), `Results are ${where}; ${waiting} lookups wait.`, ...closed].join(
    "\n",
  );
}

type Row = z.output<typeof resultsView>;

const rowOf = (one: Row): readonly string[] => [
  one.endpoint,
  `${one.kind} ${one.name}`,
  String(one.hit),
  String(one.waited),
  told(one.missed),
  told(one.kept),
  `${one.audits}, ${one.differed} differed`,
  one.closed !== null ? "closed itself" : one.declared ? "open" : "not declared",
];

const closedText = ({ endpoint, kind, name }: Row, { at, audits, differed }: NonNullable<Row["closed"]>): string =>
  `The ${kind} ${name} of ${endpoint} closed itself at ${at}: ${differed} of ${audits} comparisons gave another result. ` +
  `\`rollward results open ${endpoint} --${kind === "tool" ? "tool" : "source"} ${name}\` opens it again.`;

const told = (counts: Readonly<Record<string, number>>): string => {
  const parts = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return parts.length === 0 ? "none" : parts.join(", ");
};
