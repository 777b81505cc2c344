import { fileURLToPath } from "node:url";
import colors from "picocolors";
import type { Connection } from "../../../src/cli/ask.ts";
import { applyExample, createApplicationKey, lookAt, stableRelease } from "./admin.ts";
import { chapter, describe, describeEnd, tell } from "./tell.ts";
import { startTraffic } from "./traffic.ts";

const ENDPOINT = "support-bot";
/** Busy enough to prove things within two minutes, light enough for a laptop. */
const SESSIONS_PER_SECOND = 150;
/** Traffic after the story has been told. */
const IDLE_SESSIONS_PER_SECOND = 1;
const LOOK_MS = 500;
/** A line of the story at least this often while a rollout is under way. */
const TELL_MS = 4_000;

const ENDED = new Set(["completed", "rolled_back", "aborted", "superseded", "cancelled"]);

const file = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Follows a rollout to its end and tells what happens. */
async function follow(connection: Connection, rollout: string): Promise<void> {
  let lastWeight = -1;
  let toldAt = 0;
  for (;;) {
    const view = await lookAt(connection, rollout);
    if (view === null) {
      await pause(LOOK_MS);
      continue;
    }
    const now = performance.now();
    if (ENDED.has(view.state)) {
      tell(describeEnd(view));
      return;
    }
    if (view.weight > 0 && (view.weight !== lastWeight || now - toldAt >= TELL_MS)) {
      tell(describe(view));
      lastWeight = view.weight;
      toldAt = now;
    }
    await pause(LOOK_MS);
  }
}

async function story(connection: Connection, setRate: (sessionsPerSecond: number) => void): Promise<void> {
  setRate(SESSIONS_PER_SECOND);
  tell(`${SESSIONS_PER_SECOND} sessions a second arrive; support-bot@1 serves them all.`);
  await pause(8_000);

  chapter("Release 2: a better prompt on a faster model. Is it no worse?");
  const second = await applyExample(connection, file("release-2.yaml"));
  if (second !== null) await follow(connection, second);

  await pause(5_000);
  chapter("Release 3: one call in ten fails, slower and dearer. Nobody is watching.");
  const third = await applyExample(connection, file("release-3.yaml"));
  if (third !== null) await follow(connection, third);
}

async function main(): Promise<void> {
  const url = process.env["ROLLWARD_URL"] ?? "http://127.0.0.1:4400";
  const connection: Connection = { url, key: process.env["ROLLWARD_API_KEY"] ?? null };
  const serving = await stableRelease(connection, ENDPOINT);
  if (serving === null) await applyExample(connection, file("rollward.yaml"));
  const key = await createApplicationKey(connection, ENDPOINT);
  tell(`Key of the application, for support-bot only: ${colors.bold(key)}`);
  const traffic = startTraffic({ url, key, endpoint: ENDPOINT }, 0);
  if (serving === null) {
    chapter("Release 1 is stable: nothing to compare it with.");
    await story(connection, (rate) => traffic.setRate(rate));
  } else {
    tell(`${serving} serves ${ENDPOINT}; the story has been told. \`npm start -- --fresh\` tells it again.`);
  }
  traffic.setRate(IDLE_SESSIONS_PER_SECOND);
  const { sessions, calls, failed } = traffic.counts;
  if (serving === null) tell(`${sessions} sessions, ${calls} calls, ${failed} failed for their users.`);
  chapter("Your turn. This key calls support-bot:");
  process.stdout.write(`
  ${colors.bold(`export ROLLWARD_KEY=${key}`)}
  curl ${url}/v1/chat/completions -H "authorization: Bearer $ROLLWARD_KEY" -H "content-type: application/json" \\
    -d '{"model":"${ENDPOINT}","messages":[{"role":"user","content":"What is your return policy?"}],"variables":{"customer":"Ada"}}'

`);
}

await main();
