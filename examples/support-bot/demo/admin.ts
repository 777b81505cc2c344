import { ask, CliError } from "../../../src/cli/ask.ts";
import type { Connection } from "../../../src/cli/ask.ts";
import { sendProject } from "../../../src/cli/send-project.ts";
import { listEndpoints } from "../../../src/contract/endpoints.ts";
import { createKey } from "../../../src/contract/keys.ts";
import { showRollout } from "../../../src/contract/rollouts.ts";
import type { rolloutView } from "../../../src/contract/rollouts.ts";
import type { z } from "zod";

/** A rollout as the admin API shows it. */
export type RolloutView = z.output<typeof rolloutView>;

/** Applies one of the example's configurations and returns the rollout it opened, if any. */
export async function applyExample(connection: Connection, path: string): Promise<string | null> {
  const answer = await sendProject(connection, { path, dryRun: false });
  const [mistake] = answer.mistakes;
  if (mistake !== undefined) throw new Error(`${mistake.file}:${mistake.line}:${mistake.column} ${mistake.message}`);
  return answer.endpoints[0]?.rollout ?? null;
}

/** The release that serves the endpoint as stable, or `null` when nothing was applied yet. */
export async function stableRelease(connection: Connection, endpoint: string): Promise<string | null> {
  const { data } = await ask(connection, listEndpoints);
  return data.find((one) => one.endpoint === endpoint)?.stable.name ?? null;
}

/** How long the key of the demo's application is good; a demo that runs longer has told its story. */
const KEY_MS = 24 * 60 * 60_000;

/** A key for the demo's application: it may call the endpoint and nothing else, and expires by itself. */
export async function createApplicationKey(connection: Connection, endpoint: string): Promise<string> {
  const expires_at = new Date(Date.now() + KEY_MS).toISOString();
  const body = { name: "demo application", scopes: ["inference"], endpoints: [endpoint], expires_at };
  return (await ask(connection, createKey, { body })).secret;
}

/** Looks at a rollout; `null` where the server is too busy to answer, as on a machine with much else to do. */
export async function lookAt(connection: Connection, rollout: string): Promise<RolloutView | null> {
  try {
    return await ask(connection, showRollout, { params: { rollout } });
  } catch (error) {
    if (error instanceof CliError && error.mayPass) return null;
    throw error;
  }
}
