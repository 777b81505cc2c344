import type { Command } from "commander";
import type { z } from "zod";
import { listGateRuns, listNotices, tellGate } from "../contract/gates.ts";
import { showRollout } from "../contract/rollouts.ts";
import { ask } from "./ask.ts";
import type { CommandLine } from "./command-line.ts";
import { formatGates } from "./format-gates.ts";
import { formatRollout } from "./format-rollout.ts";
import { formatTable } from "./format-table.ts";

type IdOf = (line: CommandLine, name: string) => Promise<string>;

const VERDICTS = {
  retry: "asks a gate again",
  pass: "says that a gate passed, whatever it said; not for approvals",
  fail: "says that a gate failed",
} as const;

/** `rollward rollout gate list|retry|pass|fail` and `rollward rollout notices`. */
export function addRolloutGates(group: Command, line: CommandLine, idOf: IdOf): void {
  const gate = group.command("gate").description("the gates of a rollout");
  gate
    .command("list <endpoint-or-id>")
    .description("the gates of a rollout, and what they wrote")
    .action(async (name: string) => listGates(line, await idOf(line, name)));
  for (const verdict of ["retry", "pass", "fail"] as const) {
    gate
      .command(`${verdict} <endpoint-or-id> <gate>`)
      .description(VERDICTS[verdict])
      .requiredOption("-r, --reason <text>", "why; it goes into the log (required)")
      .action(async (name: string, gateName: string, { reason }: { reason: string }) => {
        const params = { rollout: await idOf(line, name), gate: gateName };
        const view = await ask(line.connection(), tellGate, { params, body: { verdict, reason } });
        line.say(line.json() ? JSON.stringify(view) : formatRollout(view));
      });
  }
  group
    .command("notices <endpoint-or-id>")
    .description("who was told what of a rollout, and what did not arrive")
    .action(async (name: string) => {
      const { data } = await ask(line.connection(), listNotices, { params: { rollout: await idOf(line, name) } });
      line.say(line.json() ? JSON.stringify(data) : formatNotices(data));
    });
}

async function listGates(line: CommandLine, rollout: string): Promise<void> {
  const [view, { data }] = await Promise.all([
    ask(line.connection(), showRollout, { params: { rollout } }),
    ask(line.connection(), listGateRuns, { params: { rollout } }),
  ]);
  if (line.json()) return line.say(JSON.stringify({ gates: view.gates, runs: data }));
  const outputs = data.flatMap(({ gate, attempt, output }) =>
    output === null || output.trim() === "" ? [] : ["", `${gate}, attempt ${attempt}:`, output.trimEnd()],
  );
  const gates = formatGates({ ...view, changes: [], notify: [] });
  line.say([...(gates.length === 0 ? ["This rollout has no gates."] : gates.slice(1)), ...outputs].join("\n"));
}

function formatNotices(data: z.output<typeof listNotices.answer>["data"]): string {
  if (data.length === 0) return "Nobody was told anything.";
  const rows = data.map((one) => [
    one.name,
    one.event.replace("_", " "),
    stateOf(one),
    String(one.tries),
    one.trouble ?? "–",
  ]);
  return formatTable([["who", "event", "arrived", "tries", "trouble"], ...rows]);
}

function stateOf(notice: z.output<typeof listNotices.answer>["data"][number]): string {
  if (notice.sent_at !== null) return notice.sent_at;
  return notice.given_up_at === null ? `tried again ${notice.next_try_at ?? ""}` : `given up ${notice.given_up_at}`;
}
