import { listSessions, showSession } from "../contract/sessions.ts";
import { ask } from "./ask.ts";
import { addFilters, queryOf, WRITTEN } from "./call-filters.ts";
import type { FilterOptions } from "./call-filters.ts";
import { rowOf } from "./call-rows.ts";
import type { AddCommand } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

const HEADING = ["session", "calls", "failed", "usd", "first", "last", "endpoint"];

/** `rollward sessions list|show`. */
export const sessions: AddCommand = (program, line) => {
  const group = program.command("sessions").description("conversations: what several calls came to");
  addFilters(group.command("list [endpoint]").description("sessions by their newest call"))
    .option("-n, --limit <count>", "how many, at most 100", "20")
    .action(async (endpoint: string | undefined, options: FilterOptions) => {
      const query = { ...queryOf(endpoint, options), limit: String(options["limit"]) };
      const { data } = await ask(line.connection(), listSessions, { query, written: WRITTEN });
      const rows = data.map((one) => [
        one.session,
        String(one.calls),
        String(one.failed),
        `$${one.cost_usd.toFixed(6)}`,
        one.first_at,
        one.last_at,
        one.last.endpoint ?? one.last.requested_model,
      ]);
      line.say(line.json() ? JSON.stringify(data) : formatTable([HEADING, ...rows]));
    });
  group
    .command("show <session>")
    .description("one session: its calls in order")
    .action(async (session: string) => {
      const answer = await ask(line.connection(), showSession, { query: { session } });
      if (line.json()) return line.say(JSON.stringify(answer));
      const { total, users, calls, feedback } = answer;
      const sum =
        total === null
          ? "not indexed yet"
          : `${total.calls} calls, ${total.failed} failed, $${total.cost_usd.toFixed(6)}`;
      line.say(
        [session, sum, ...users.map((user) => `user ${user}`), `${feedback.length} pieces of feedback`].join("  "),
      );
      for (const call of calls) line.say([...rowOf(call), call.gist?.asked ?? ""].join("  "));
    });
};
