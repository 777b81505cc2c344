import { rollbackEndpoint } from "../contract/endpoints.ts";
import { ask } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";

/** `rollward rollback <endpoint>`: back to the last good release, in one command. */
export const rollback: AddCommand = (program, line) => {
  program
    .command("rollback <endpoint>")
    .description("rolls back the rollout under way, or returns to the release before the last promotion")
    .option("-r, --reason <text>", "why; it goes into the log", "Rolled back by hand.")
    .action(async (endpoint: string, { reason }: { reason: string }) => {
      const answer = await ask(line.connection(), rollbackEndpoint, { params: { endpoint }, body: { reason } });
      line.say(line.json() ? JSON.stringify(answer) : `${endpoint} is served by ${answer.stable} (${answer.rollout}).`);
    });
};
