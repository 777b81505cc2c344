import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import { vi } from "vitest";
import { ADMIN_KEY, modelText, simulatedText } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

export const GOOD = "good-2026-01-01";
export const HALF_BROKEN = "broken-2026-02-01";
export const OTHER = "other-2026-03-01";

/** What the endpoint of a story serves. */
export interface Served {
  readonly models: readonly string[];
  readonly prompt?: string;
  readonly rollout?: string;
}

/** One endpoint, whose models are asked once: what a model fails is a failed call. */
export const project = ({
  models,
  prompt = "You answer customers.",
  rollout = "instant",
}: Served): Record<string, string> => ({
  "rollward.yaml": `${simulatedText(
    modelText(GOOD),
    modelText(HALF_BROKEN, { failures: "server_error: 50%" }),
    modelText(OTHER),
  )}
endpoints:
  support-bot:
    prompt: support.md
    models: [${models.map((model) => `sim/${model}`).join(", ")}]
    retries: { attempts: 1 }
    rollout: { ${rollout === "instant" ? "strategy: instant" : rollout} }
`,
  "support.md": prompt,
});

/** Everybody at once, and over at once: nothing is watched any more. */
export const AT_ONCE = "strategy: instant, bake: 0s, drain: 0s, holdback: 0%";

/** Half of new sessions at once, for longer than any test; how quick a busy machine is is no evidence. */
export const HALF =
  "strategy: canary, steps: [{ weight: 50%, min_duration: 1h }, 100%], deadline: 2h, drain: 0s, bake: 0s, metrics: { latency: false, cost: false }";

/** For what a busy machine takes its time over. */
export const PATIENCE = { timeout: 100_000, interval: 200 };
/** The limit of a story, which has several of these waits. */
export const STORY_MS = 300_000;
/** Calls that are under way at the same time. */
const TOGETHER = 10;
const MOST_CALLS = 4_000;

/** Applies a project; throws where it has mistakes. */
export async function apply(server: RunningServer, files: Record<string, string>): Promise<void> {
  const { status, body } = await server.ask("POST", "/api/apply", { main: "rollward.yaml", files });
  if (status !== 200) throw new Error(JSON.stringify(body));
}

interface Rollout {
  readonly id: string;
  readonly state: string;
}

async function newest(server: RunningServer): Promise<Rollout | undefined> {
  const { body } = await server.ask("GET", "/api/rollouts?limit=1");
  return (body as { data: Rollout[] }).data[0];
}

/** The newest rollout, once it is in this state. */
export function rolloutIn(server: RunningServer, state: string): Promise<string> {
  return vi.waitFor(async () => {
    const rollout = await newest(server);
    if (rollout?.state !== state) throw new Error(`The newest rollout is ${rollout?.state}, not ${state}.`);
    return rollout.id;
  }, PATIENCE);
}

/** The rollout that serves its candidate, once there is one. */
export const ramping = (server: RunningServer): Promise<string> => rolloutIn(server, "ramping");

/** Waits until so many calls are found by a word. */
export async function indexed(server: RunningServer, word: string, calls = 1): Promise<void> {
  await vi.waitFor(async () => {
    const { body } = await server.ask("GET", `/api/calls/lines?text=${word}`);
    const found = (body as { data: unknown[] }).data.length;
    if (found !== calls) throw new Error(`${found} calls are found by ${word}, not ${calls}.`);
  }, PATIENCE);
}

/** Calls of new sessions, some at a time, until something is so. */
export async function callUntil(server: RunningServer, isSo: () => Promise<boolean>): Promise<void> {
  for (let sent = 0; sent < MOST_CALLS; sent += TOGETHER) {
    if (await isSo()) return;
    await Promise.all(Array.from({ length: TOGETHER }, () => call(server)));
  }
  throw new Error(`It was not so after ${MOST_CALLS} calls.`);
}

/** support-bot@3 goes back by itself to support-bot@2, which was promoted from support-bot@1. */
export async function takenBackByItself(server: RunningServer): Promise<void> {
  await apply(server, project({ models: [GOOD], prompt: "You answer in three sentences.", rollout: AT_ONCE }));
  await rolloutIn(server, "completed");
  await apply(server, project({ models: [HALF_BROKEN], rollout: HALF }));
  await ramping(server);
  await callUntil(server, async () => (await newest(server))?.state === "rolled_back");
}

/** The release that serves the endpoint. */
export async function stableOf(server: RunningServer): Promise<string> {
  const { body } = await server.ask("GET", "/api/endpoints");
  return (body as { data: { stable: { name: string } }[] }).data[0]?.stable.name ?? "";
}

/** Types a reason into the dialog that is open and presses its button. */
export async function giveReason(page: Page, reason: string, verb: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason, for the log").fill(reason);
  await dialog.getByRole("button", { name: verb }).click();
  await dialog.waitFor({ state: "detached" });
}

/** What a call was answered with. */
export interface Called {
  readonly id: string | null;
  readonly release: string | null;
  readonly tier: string | null;
}

/** One call, of a session of its own unless one is named. */
export async function call(server: RunningServer, text = "Hello", session: string = randomUUID()): Promise<Called> {
  const answer = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      "content-type": "application/json",
      "x-rollward-session": session,
    },
    body: JSON.stringify({ model: "support-bot", messages: [{ role: "user", content: text }] }),
  });
  await answer.arrayBuffer();
  const { headers } = answer;
  return {
    id: headers.get("x-rollward-call"),
    release: headers.get("x-rollward-release"),
    tier: headers.get("x-rollward-tier"),
  };
}
