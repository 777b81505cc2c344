import { createConsoleLink, listConsoleSessions, revokeConsoleSession } from "../contract/console.ts";
import { ask } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

/** `rollward console`: a link that opens the console without typing a key, and who is signed in. */
export const consoleCommand: AddCommand = (program, line) => {
  const group = program
    .command("console")
    .description("a link that opens the console once, within ten minutes, as your key")
    .action(async () => {
      const connection = line.connection();
      const { link, expires_at: until } = await ask(connection, createConsoleLink, { body: {} });
      const url = `${connection.url}/#signin=${link}`;
      line.say(line.json() ? JSON.stringify({ url, expires_at: until }) : url);
    });
  group
    .command("sessions")
    .description("who is signed in to the console")
    .action(async () => {
      const { data } = await ask(line.connection(), listConsoleSessions, {});
      if (line.json()) line.say(JSON.stringify(data));
      else if (data.length === 0) line.say("Nobody is signed in to the console.");
      else {
        const rows = data.map((each) => [each.id, each.key.name, each.created_at, each.last_used_at, each.expires_at]);
        line.say(formatTable([["session", "key", "since", "used last", "ends"], ...rows]));
      }
    });
  group
    .command("end <session>")
    .description("ends somebody's session, within two seconds on every server")
    .action(async (session: string) => {
      await ask(line.connection(), revokeConsoleSession, { params: { session } });
      line.say(line.json() ? JSON.stringify({ closed: session }) : `The session ${session} has ended.`);
    });
};
