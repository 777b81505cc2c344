import type { z } from "zod";
import { listEndpoints } from "../contract/endpoints.ts";
import { showHealth } from "../contract/health.ts";
import { listPauses } from "../contract/pauses.ts";
import type { pauseView } from "../contract/pauses.ts";
import { ask } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";
import { formatLastApply } from "./format-origin.ts";
import { formatTable } from "./format-table.ts";

/** `rollward status`: what serves, what is under way, what was applied last, what is about to end. */
export const status: AddCommand = (program, line) => {
  program
    .command("status")
    .description("what serves in an environment, what is under way, and what was applied last")
    .action(async () => {
      // Health is that of the whole server, whichever environment is meant.
      const { environment: _meant, ...server } = line.connection();
      const [health, { data: endpoints }, { data: pauses }] = await Promise.all([
        ask(server, showHealth),
        ask(line.connection(), listEndpoints),
        ask(line.connection(), listPauses, { query: { limit: "1000" } }),
      ]);
      if (line.json()) return line.say(JSON.stringify({ health, endpoints, pauses }));
      line.say([...pausedWords(pauses), textOf(health, endpoints)].join("\n\n"));
    });
};

type Paused = Pick<z.output<typeof pauseView>, "subject" | "reason" | "at">;
type Health = z.output<typeof showHealth.answer>;
type Endpoints = z.output<typeof listEndpoints.answer>["data"];

/** One text of a line for each stop of everything or of an endpoint, everything first; none where neither is paused. */
export function pausedWords(pauses: readonly Paused[]): readonly string[] {
  const said = (what: string, argument: string, { reason, at }: Paused): string =>
    `PAUSED: ${what} since ${at}: ${reason.replace(/[.!?]$/, "")}. \`rollward resume ${argument}\` lets the calls in again.`;
  const all = pauses.filter(({ subject }) => subject.type === "everything");
  const lines = [
    ...all.map((one) => said("everything", "--everything", one)),
    ...pauses.flatMap((one) =>
      one.subject.type === "endpoint" ? [said(`endpoint ${one.subject.name}`, one.subject.name, one)] : [],
    ),
  ];
  return lines.length === 0 ? [] : [lines.join("\n")];
}

function textOf(health: Health, endpoints: Endpoints): string {
  const { database } = health;
  const state = database.ready ? "database ready" : `database in trouble: ${database.trouble ?? "unknown"}`;
  const rows = endpoints.map(({ endpoint, environment, stable, rollout }) => [
    endpoint,
    environment,
    stable.name,
    rollout === null ? "–" : `${rollout.candidate.name} at ${percent(rollout.weight)} (${rollout.id})`,
  ]);
  return [
    `Rollward ${health.version}, ${health.in_flight} calls in flight, ${state}.`,
    ...(rows.length === 0
      ? ["No endpoints yet."]
      : [formatTable([["endpoint", "environment", "stable", "rollout"], ...rows])]),
    ...health.applied.map((last) => formatLastApply(last)),
    ...health.retiring.map(({ words }) => `warning: ${words}`),
  ].join("\n\n");
}

const percent = (weight: number): string => `${Number((weight * 100).toFixed(2))} %`;
