import type { z } from "zod";
import { rollbackEndpoint } from "../contract/endpoints.ts";
import { agrees } from "./agrees.ts";
import { ask, CliError } from "./ask.ts";
import type { AddCommand, CommandLine } from "./command-line.ts";

/** What a rollback that nobody has agreed to ends with. */
const NOT_AGREED = 4;

interface Wish {
  readonly reason: string;
  readonly again?: boolean;
}

/** `rollward rollback <endpoint>`: back to the last good release, in one command. */
export const rollback: AddCommand = (program, line) => {
  program
    .command("rollback <endpoint>")
    .description("rolls back the rollout under way, or returns to the release before the last promotion")
    .option("-r, --reason <text>", "why; it goes into the log", "Rolled back by hand.")
    .option("--again", "one release further back, right after one was rolled back by itself or by somebody")
    .action((endpoint: string, wish: Wish) => rollBack(line, endpoint, wish));
};

async function rollBack(line: CommandLine, endpoint: string, wish: Wish): Promise<void> {
  try {
    tell(line, endpoint, await send(line, endpoint, wish));
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== "already_rolled_back") throw error;
    if (!(await agrees(`${error.message}\nGo one release further back?`))) {
      throw Object.assign(error, { exitCode: NOT_AGREED });
    }
    tell(line, endpoint, await send(line, endpoint, { ...wish, again: true }));
  }
}

type Answer = z.output<typeof rollbackEndpoint.answer>;

const send = (line: CommandLine, endpoint: string, { reason, again = false }: Wish): Promise<Answer> =>
  ask(line.connection(), rollbackEndpoint, { params: { endpoint }, body: { reason, again } });

const tell = (line: CommandLine, endpoint: string, answer: Answer): void =>
  line.say(line.json() ? JSON.stringify(answer) : `${endpoint} is served by ${answer.stable} (${answer.rollout}).`);
