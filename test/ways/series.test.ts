import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clearOfTheHour } from "../fixtures/clear-of-the-hour.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { runRollward } from "../fixtures/run-rollward.ts";

const PROJECT = `${simulatedText(modelText("a-2026-01-01"), modelText("b-2026-01-01", { failures: "server_error: 100%" }))}
endpoints:
  bot:
    models: [sim/a-2026-01-01]
  broken:
    models: [sim/b-2026-01-01]
`;

let running: RunningServer;
let callId = "";

async function callOf({ url }: RunningServer, model: string, more: object = {}): Promise<string> {
  const body = JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }], ...more });
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" };
  const response = await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body });
  await response.text();
  return response.headers.get("x-rollward-call") ?? "";
}

const call = (model: string, more: object = {}): Promise<string> => callOf(running, model, more);

beforeAll(async () => {
  await clearOfTheHour();
  running = await startServer({ "rollward.yaml": PROJECT });
  callId = await call("bot");
  await call("bot", { stream: true });
  await call("broken");
  // Feedback is about recorded calls.
  await running.server.house.gateway.recorder.flush();
  await running.ask("POST", "/v1/feedback", { call: callId, thumbs: "down", scores: { helpful: 0.5 } });
  await running.ask("POST", "/v1/feedback", { id: "same", call: callId, scores: { right: 0.9 }, judge: "judge@1" });
  await running.ask("POST", "/v1/feedback", { id: "same", call: callId, scores: { right: 0.9 }, judge: "judge@1" });
  await running.server.house.seriesKeeper.write();
});
afterAll(() => running.stop());

interface Sum {
  readonly [member: string]: unknown;
  readonly calls: number;
}

async function ask(
  query = "",
): Promise<{ readonly status: number; readonly body: { readonly data: readonly Sum[]; readonly span: string } }> {
  const answer = await running.ask("GET", `/api/series${query}`);
  return answer as Awaited<ReturnType<typeof ask>>;
}

describe("series", () => {
  test("say what the calls of the last hour came to, by endpoint", async () => {
    const { body } = await ask("?by=endpoint,release&step_seconds=3600");
    const bot = body.data.find(({ endpoint }) => endpoint === "bot");
    expect(bot).toMatchObject({
      release: "bot@1",
      calls: 2,
      failed: 0,
      streams: 1,
      attempts: 2,
      latency: { count: 2 },
      first_token: { count: 1 },
      thumbs_down: 1,
      scores: { count: 1, mean: 0.5 },
      judged: { count: 1, mean: 0.9 },
    });
    const broken = body.data.find(({ endpoint }) => endpoint === "broken");
    expect(broken).toMatchObject({ calls: 1, failed: 1, faults: 1, errors: { provider_error: 1 }, latency: null });
  });

  test("take one endpoint, and one sum of everything", async () => {
    expect((await ask("?endpoint=broken")).body.data).toHaveLength(1);
    const { body } = await ask();
    expect(body.data).toMatchObject([{ at: null, calls: 3 }]);
    expect(body.span).toBe("minute");
  });

  test("make the report of a first week that week so far, and not one before it without data", async () => {
    const answer = await running.ask("GET", "/api/reports");
    expect(answer).toMatchObject({ status: 200, body: { report: { partial: true, whole: { calls: { now: 3 } } } } });
  });

  test("are read by the hour where minutes are kept no longer, and say so when steps are too short for that", async () => {
    const since = new Date(Date.now() - 10 * 86_400_000).toISOString();
    expect((await ask(`?since=${since}&step_seconds=86400`)).body.span).toBe("hour");
    expect(await ask(`?since=${since}&step_seconds=300`)).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining("two days") } },
    });
  });

  test("outlive an orderly stop, up to the last call before it", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "rollward-series-"));
    const first = await startServer({ "rollward.yaml": PROJECT }, { dataDir });
    await callOf(first, "bot");
    await first.stop();
    const second = await startServer({}, { dataDir });
    try {
      const { body } = await second.ask("GET", "/api/series?endpoint=bot");
      expect(body).toMatchObject({ data: [{ calls: 1 }] });
    } finally {
      await second.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  });

  test("are shown by `rollward series`", async () => {
    const told = await runRollward(running, ["series", "--by", "endpoint", "--step", "1h"]);
    expect(told.text).toMatch(/bot +2 +0/);
    expect(told.text).toMatch(/broken +1 +1 \(100\.0 %\)/);
    const json = await runRollward(running, ["--json", "series"]);
    expect(JSON.parse(json.text)).toMatchObject({ span: "minute" });
    const lately = await runRollward(running, ["series", "--since", "20m"]);
    expect(lately.code).toBe(0);
    const wrong = await runRollward(running, ["series", "--step", "soon"]);
    expect(wrong.code).not.toBe(0);
    expect(wrong.text).toContain("Write it like");
  });
});
