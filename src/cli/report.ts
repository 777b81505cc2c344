import { showReport } from "../contract/reports.ts";
import { ask } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";

/** `rollward report`: a week or a month beside the one before. */
export const report: AddCommand = (program, line) => {
  program
    .command("report")
    .description(
      "a week or a month beside the one before; by default the last whole week, or this one so far where nobody called before",
    )
    .option("--week <week>", "2026-W47")
    .option("--month <month>", "2026-11")
    .option("--format <format>", "md, html or json", "md")
    .action(
      async ({ format, ...period }: { readonly week?: string; readonly month?: string; readonly format: string }) => {
        const query = { ...period, format: line.json() ? "json" : format };
        const written = { week: "--week", month: "--month", format: "--format" };
        const answer = await ask(line.connection(), showReport, { query, written });
        line.say(answer.document ?? JSON.stringify(answer.report));
      },
    );
};
