import type { z } from "zod";
import { listEndpoints } from "../contract/endpoints.ts";
import { showHealth } from "../contract/health.ts";
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
      const [health, { data: endpoints }] = await Promise.all([
        ask(server, showHealth),
        ask(line.connection(), listEndpoints),
      ]);
      line.say(line.json() ? JSON.stringify({ health, endpoints }) : textOf(health, endpoints));
    });
};

type Health = z.output<typeof showHealth.answer>;
type Endpoints = z.output<typeof listEndpoints.answer>["data"];

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
