import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { sendProject } from "../../src/cli/send-project.ts";
import { ADMIN_KEY } from "../../test/fixtures/running-server.ts";
import { askProcess, freePort, ready, spawnServer } from "../../test/fixtures/server-process.ts";
import type { ServerProcess } from "../../test/fixtures/server-process.ts";

const EXAMPLE = resolve(import.meta.dirname, "../../examples/support-bot");

const AT_ONCE = 20;
/** How long recording and indexing may take, ms. */
const PATIENCE_MS = 120_000;
const LOOK_MS = 250;

const QUESTIONS = [
  "Where is my order? It should have come on Monday.",
  "How do I return a pair of shoes?",
  "The invoice names the wrong company.",
  "Can I change the address of a parcel that has left?",
];

/** A server of the example project on an embedded database, with recorded calls and a rollout under way. */
export interface DemoServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts it, applies both releases with calls between them, and waits until all of these are recorded and indexed. */
export async function startDemoServer(calls: number): Promise<DemoServer> {
  const folder = mkdtempSync(join(tmpdir(), "rollward-bench-console-"));
  const server = spawnServer(await freePort(), ["--no-demo", "--data-dir", join(folder, "data")]);
  const stop = async (): Promise<void> => {
    server.process.kill("SIGTERM");
    await server.exited;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready(server);
    await apply(server, "rollward.yaml");
    await call(server, Math.floor(calls / 2));
    await apply(server, "release-2.yaml");
    await call(server, calls - Math.floor(calls / 2));
    await indexed(server, calls);
    return { url: server.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function apply({ url }: ServerProcess, file: string): Promise<void> {
  const answer = await sendProject({ url, key: ADMIN_KEY }, { path: join(EXAMPLE, file), dryRun: false });
  if (!answer.applied) throw new Error(JSON.stringify(answer.mistakes));
}

async function call({ url }: ServerProcess, calls: number): Promise<void> {
  for (let sent = 0; sent < calls; sent += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, calls - sent) }, async (_, index) => {
      const content = QUESTIONS[(sent + index) % QUESTIONS.length];
      const answer = await fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${ADMIN_KEY}`,
          "content-type": "application/json",
          "x-rollward-session": randomUUID(),
        },
        body: JSON.stringify({ model: "support-bot", messages: [{ role: "user", content }] }),
      });
      // What the simulated provider fails or cuts is part of the demo.
      await answer.text().catch(() => "");
    });
    await Promise.all(batch);
  }
}

async function indexed(server: ServerProcess, calls: number): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_MS) {
    const answer = await askProcess(server, { method: "GET", path: "/api/calls/tally" });
    const { calls: found = 0, behind = 1 } = (answer?.body ?? {}) as { calls?: number; behind?: number };
    if (found >= calls && behind === 0) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error(`Not all of ${calls} calls were recorded within ${PATIENCE_MS / 1_000} s.`);
}
