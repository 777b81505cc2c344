import { decideApproval } from "../contract/gates.ts";
import { COMMANDS, commandRollout, listRollouts, showRollout } from "../contract/rollouts.ts";
import type { z } from "zod";
import type { rolloutView } from "../contract/rollouts.ts";
import { ask, CliError } from "./ask.ts";
import type { AddCommand, CommandLine } from "./command-line.ts";
import { formatRollout, formatRollouts } from "./format-rollout.ts";
import { addRolloutCopies } from "./rollout-copies.ts";
import { addRolloutGates } from "./rollout-gates.ts";
import { addRolloutStories } from "./rollout-stories.ts";

type RolloutView = z.output<typeof rolloutView>;

/** How often `watch` looks. */
const WATCH_MS = 1_000;

const ENDED = new Set(["completed", "rolled_back", "aborted", "superseded", "cancelled"]);

/** `rollward rollout watch|promote|hold|…`: the rollout of an endpoint, or one by id. */
export const rollout: AddCommand = (program, line) => {
  const group = program.command("rollout").description("watch rollouts and tell them what to do");
  group
    .command("list [endpoint]")
    .description("rollouts, newest first; `show` has the evidence of one")
    .option("--drills", "those of drills, which are left out otherwise")
    .action(async (endpoint: string | undefined, { drills }: { drills?: boolean }) => {
      const { data } = await ask(line.connection(), listRollouts, { query: { endpoint, drills, limit: 20 } });
      line.say(line.json() ? JSON.stringify(data) : formatRollouts(data));
    });
  group
    .command("show <endpoint-or-id>")
    .description("where a rollout stands, once")
    .action(async (name: string) => {
      const view = await ask(line.connection(), showRollout, { params: { rollout: await idOf(line, name) } });
      line.say(line.json() ? JSON.stringify(view) : formatRollout(view));
    });
  group
    .command("watch <endpoint-or-id>")
    .description("follows a rollout until it ends")
    .option("--once", "look once and end")
    .action(async (name: string, { once }: { once?: boolean }) => watch(line, await idOf(line, name), once === true));
  addRolloutStories(group, line, idOf);
  addRolloutGates(group, line, idOf);
  addRolloutCopies(group, line, idOf);
  for (const command of COMMANDS) {
    group
      .command(`${command} <endpoint-or-id>`)
      .description(DESCRIPTIONS[command])
      .requiredOption("-r, --reason <text>", "why; it goes into the log (required)")
      .action(async (name: string, { reason }: { reason: string }) => {
        const id = await idOf(line, name);
        const params = { rollout: id };
        const view =
          command === "approve" || command === "deny"
            ? await ask(line.connection(), decideApproval, { params, body: { decision: command, reason } })
            : await ask(line.connection(), commandRollout, { params, body: { command, reason } });
        line.say(
          line.json() ? JSON.stringify(view) : [...voteOf(view, command, reason), formatRollout(view)].join("\n"),
        );
      });
  }
};

/** What became of a word for or against a gate or a step; nothing for other commands. */
function voteOf({ gates, told }: RolloutView, command: string, reason: string): readonly string[] {
  if (command !== "approve" && command !== "deny") return [];
  const gate = gates.find(({ approvals }) => approvals.some((one) => one.reason === reason));
  if (gate !== undefined)
    return [`Counted for the gate ${gate.gate}, which is ${gate.standing} now: ${gate.detail}`, ""];
  const isNoted = told.some((one) => one.telling === command && one.reason === reason);
  return [isNoted ? "Noted." : "Nothing waited for this word, so nothing has changed.", ""];
}

const DESCRIPTIONS: Readonly<Record<(typeof COMMANDS)[number], string>> = {
  start:
    "starts the ladder behind a dark launch, or what waits for its schedule; one that has ended is begun again by `rollward apply --again`",
  promote: "makes the candidate stable now, evidence or not",
  hold: "keeps the weight until resumed; evidence goes on",
  resume: "clears a manual hold",
  abort: "withdraws the candidate and ends the rollout",
  rollback: "returns to the stable release, also after the pointer moved",
  approve: "agrees to what waits for an approval",
  deny: "refuses what waits for an approval",
  cancel: "gives up a rollout that has not started",
};

/** A rollout id as it is, or the newest rollout of an endpoint. */
async function idOf(line: CommandLine, name: string): Promise<string> {
  if (name.startsWith("rol_")) return name;
  const { data } = await ask(line.connection(), listRollouts, { query: { endpoint: name, limit: 1 } });
  const [newest] = data;
  if (newest === undefined) throw new CliError(`The endpoint ${name} has no rollout.`, "`rollward apply` opens one.");
  return newest.id;
}

async function watch(line: CommandLine, id: string, once: boolean): Promise<void> {
  let last = "";
  for (;;) {
    const view = await ask(line.connection(), showRollout, { params: { rollout: id } });
    const text = line.json() ? JSON.stringify(view) : formatRollout(view);
    if (text !== last) line.say(`${text}\n`);
    last = text;
    if (once || ENDED.has(view.state)) {
      line.exitWith(view.state === "rolled_back" || view.state === "aborted" ? 1 : 0);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
  }
}
