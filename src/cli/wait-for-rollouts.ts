import type { z } from "zod";
import type { applyAnswer } from "../contract/projects.ts";
import { showRollout } from "../contract/rollouts.ts";
import type { rolloutView } from "../contract/rollouts.ts";
import { formatDuration } from "../kit/duration.ts";
import { ask, CliError } from "./ask.ts";
import type { CommandLine } from "./command-line.ts";

/** How often rollouts are looked at. */
const LOOK_MS = 1_000;

/** How long a server may be away meanwhile, ms. */
const PATIENCE_MS = 60_000;

const ENDED: ReadonlySet<string> = new Set(["completed", "rolled_back", "aborted", "superseded", "cancelled"]);

/** What to wait for. `isQuiet` tells only how it ended. */
export interface WaitTerms {
  readonly answer: z.output<typeof applyAnswer>;
  readonly waitMs: number;
  readonly isQuiet: boolean;
}

/**
 * Waits until every rollout of an apply has ended; answers the exit code: 0 when all were completed, 1 when one was
 * not, 3 when some are still under way after `waitMs`.
 */
export async function waitForRollouts(line: CommandLine, { answer, waitMs, isQuiet }: WaitTerms): Promise<0 | 1 | 3> {
  const ids = answer.endpoints.flatMap(({ rollout }) => rollout ?? []);
  const until = Date.now() + waitMs;
  const last = new Map<string, string>();
  for (;;) {
    const views = await patiently(line, ids);
    if (!isQuiet) for (const view of views) tellOnce(line, view, last);
    const open = views.filter(({ state }) => !ENDED.has(state));
    if (open.length === 0) return finish(line, views, isQuiet);
    if (Date.now() >= until) {
      line.say(`${open.map(nameOf).join(", ")}: still under way after ${formatDuration(waitMs)}.`);
      return 3;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_MS, Math.max(0, until - Date.now()))));
  }
}

type View = z.output<typeof rolloutView>;

/**
 * The rollouts as they stand. A server that restarts says nothing about them: a failure is told only when it has lasted.
 * Throws `CliError`.
 */
async function patiently(line: CommandLine, ids: readonly string[]): Promise<readonly View[]> {
  const since = Date.now();
  for (;;) {
    try {
      return await Promise.all(ids.map((rollout) => ask(line.connection(), showRollout, { params: { rollout } })));
    } catch (error) {
      const isAnswer = error instanceof CliError && !error.mayPass;
      if (isAnswer || Date.now() - since >= PATIENCE_MS) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

const nameOf = ({ candidate, id }: View): string => `${candidate} (${id})`;

/** A line when a rollout goes on to another state or weight. */
function tellOnce(line: CommandLine, view: View, last: Map<string, string>): void {
  const text = `${nameOf(view)}: ${view.state}${view.weight > 0 ? ` at ${percent(view.weight)}` : ""}`;
  if (last.get(view.id) === text) return;
  last.set(view.id, text);
  line.say(text);
}

const percent = (weight: number): string => `${Number((weight * 100).toFixed(2))} %`;

function finish(line: CommandLine, views: readonly View[], isQuiet: boolean): 0 | 1 {
  const failed = views.filter(({ state }) => state !== "completed");
  for (const view of isQuiet ? failed : views) line.say(`${nameOf(view)}: ${view.explanation}`);
  return failed.length === 0 ? 0 : 1;
}
