import type { z } from "zod";
import { listApprovals } from "../contract/gates.ts";
import { ask } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

type Approval = z.output<typeof listApprovals.answer>["data"][number];

/** `rollward approvals list`: what waits for people. */
export const approvals: AddCommand = (program, line) => {
  program
    .command("approvals")
    .description("what waits for people")
    .command("list [endpoint]")
    .description("what waits for an approval now, and whether your key may give it")
    .action(async (endpoint?: string) => {
      const { data } = await ask(line.connection(), listApprovals, { query: { endpoint } });
      line.say(line.json() ? JSON.stringify(data) : formatApprovals(data));
    });
};

function formatApprovals(data: readonly Approval[]): string {
  if (data.length === 0) return "Nothing waits for an approval.";
  const head = ["rollout", "endpoint", "from → to", "gate", "needs", "given", "until", "yours?"];
  const rows = data.map((one) => [
    one.rollout,
    one.endpoint,
    `${one.stable} → ${one.candidate}`,
    one.gate ?? "step",
    `${one.count} of ${one.roles.length === 0 ? "any admin" : one.roles.join(" or ")}`,
    one.given.length === 0 ? "–" : one.given.map(({ by }) => by).join(", "),
    one.expires_at ?? "–",
    one.objection === null ? "yes" : `no: ${one.objection}`,
  ]);
  return formatTable([head, ...rows]);
}
