import { afterEach, expect, test } from "vitest";
import type { Clock } from "../../src/ports/clock.ts";
import { eventually } from "../fixtures/eventually.ts";
import { apply, viewOf } from "../fixtures/feedback-stage.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { startStallingUpstream } from "../fixtures/stalling-upstream.ts";
import type { StallingUpstream } from "../fixtures/stalling-upstream.ts";

/** No time passes for a call but what a test lets pass, however busy the machine is; the rest of the server goes on. */
class StandingClock implements Clock {
  #elapsedMs = 0;

  now(): number {
    return Date.now();
  }

  elapsed(): number {
    return this.#elapsedMs;
  }

  after(ms: number, action: () => void): () => void {
    const timer = setTimeout(action, ms);
    timer.unref();
    return () => clearTimeout(timer);
  }

  pass(ms: number): void {
    this.#elapsedMs += ms;
  }
}

let running: RunningServer | null = null;
let upstream: StallingUpstream | null = null;

afterEach(async () => {
  await running?.stop();
  await upstream?.close();
  [running, upstream] = [null, null];
});

/** Stable answers at once; the candidate begins to answer what is streamed, and says nothing more. */
const project = (model: string, { baseUrl }: StallingUpstream): Record<string, string> => ({
  "rollward.yaml": `${simulatedText(modelText("good-2026-01-01"))}
  stalling:
    kind: openai-compatible
    base_url: ${baseUrl}
    allow_private: true
    key_env: TEST_STALLING_KEY
    models:
      mute-2026-03-01: { price: { input: 1, output: 2 } }
endpoints:
  support-bot:
    models: [${model}]
    retries: { attempts: 1 }
    rollout:
      steps: [{ weight: 50%, min_duration: 1h, min_sessions: 1000 }, 100%]
      metrics: { abandoned: { share: 1% }, latency: false, cost: false }
`,
});

/** How a client leaves that has the candidate. */
interface Leaving {
  readonly stream: boolean;
  /** How long nothing new has come for who streams. */
  readonly quietMs: number;
}

async function open(clock: StandingClock): Promise<string> {
  const stalling = await startStallingUpstream();
  upstream = stalling;
  const environment = { TEST_STALLING_KEY: "secret" };
  running = await startServer(project("sim/good-2026-01-01", stalling), { clock, environment });
  const { server } = running;
  const rollout = await apply(running, project("stalling/mute-2026-03-01", stalling));
  await eventually(() => {
    expect(server.house.gateway.routes.byEndpoint("support-bot")?.split?.collecting).toBe(true);
  });
  return rollout;
}

/** Sends a call; where the candidate has it, its client leaves. Answers whether that was so. */
async function callAndLeave(session: string, { stream, quietMs }: Leaving, clock: StandingClock): Promise<boolean> {
  const before = upstream?.count() ?? 0;
  const client = new AbortController();
  const answer = fetch(`${running?.url}/v1/chat/completions`, {
    method: "POST",
    signal: client.signal,
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      "content-type": "application/json",
      "x-rollward-session": session,
    },
    body: JSON.stringify({ model: "support-bot", stream, messages: [{ role: "user", content: "Hello" }] }),
  });
  answer.catch(() => {});
  const isAsked = async () => {
    await expect.poll(() => upstream?.count(), { interval: 5 }).toBe(before + 1);
    return null;
  };
  const seen = stream ? await answer : await Promise.race([answer, isAsked().catch(() => null)]);
  if (seen?.headers.get("x-rollward-arm") === "stable") {
    await seen.arrayBuffer();
    return false;
  }
  await seen?.body?.getReader().read();
  clock.pass(quietMs);
  client.abort();
  await answer.catch(() => {});
  await expect.poll(() => running?.server.house.gateway.load.inFlight, { interval: 5 }).toBe(0);
  return true;
}

test.each([
  ["before the first byte counts, however early", { stream: false, quietMs: 0 }, 1],
  ["in the middle of a stream that has stalled counts", { stream: true, quietMs: 2_000 }, 1],
  ["while a stream is lively does not count", { stream: true, quietMs: 0 }, 0],
] as const)("a client that leaves %s, and is no error", async (_, leaving, share) => {
  const clock = new StandingClock();
  const rollout = await open(clock);
  let [left, sent] = [0, 0];
  while (left < 3 || sent === left) {
    if (await callAndLeave(`s-${sent}`, leaving, clock)) left += 1;
    sent += 1;
  }
  const server = running;
  if (server === null) throw new Error("No server runs.");
  await eventually(async () => {
    const { metrics } = await viewOf(server, rollout);
    const [errors, abandoned] = ["errors", "abandoned"].map((name) => metrics.find(({ metric }) => metric === name));
    expect(abandoned?.n).toEqual({ stable: sent - left, candidate: left });
    expect(abandoned?.value).toEqual({ stable: 0, candidate: share });
    expect(errors?.value).toEqual({ stable: 0, candidate: 0 });
  });
});
