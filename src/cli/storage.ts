import { showStorage } from "../contract/storage.ts";
import { ask } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

/** `rollward storage`: what fills the database. */
export const storage: AddCommand = (program, line) => {
  program
    .command("storage")
    .description("shows what fills the database, by class")
    .action(async () => {
      const answer = await ask(line.connection(), showStorage);
      if (line.json()) return line.say(JSON.stringify(answer));
      const rows = answer.data.map(({ kind, bytes, rows: count, kept, words }) => [
        kind,
        megabytes(bytes),
        count === null ? "not known" : String(count),
        kept,
        words,
      ]);
      line.say(`${megabytes(answer.bytes)} in all (${answer.database})`);
      line.say(formatTable([["class", "size", "rows, about", "kept for", "what it is"], ...rows]));
    });
};

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;
