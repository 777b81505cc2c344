import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HAS_PROMETHEUS, HAS_PROMTOOL, promtool, startPrometheus } from "../fixtures/prometheus.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const PROJECT = `${simulatedText(modelText("a-2026-01-01"), modelText("b-2026-01-01", { failures: "server_error: 100%" }))}
endpoints:
  bot:
    models: [sim/a-2026-01-01]
  broken:
    models: [sim/b-2026-01-01, sim/a-2026-01-01]
limits:
  rates:
    many: { per: environment, requests: 1000/s }
budgets:
  all: { per: environment, window: day, amount: 100 }
`;

let running: RunningServer;

beforeAll(async () => {
  running = await startServer({ "rollward.yaml": PROJECT });
  await call("bot");
  await call("bot", { stream: true });
  await call("broken");
  await call("nobody");
});
afterAll(() => running.stop());

async function call(model: string, more: object = {}): Promise<void> {
  const body = JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }], ...more });
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" };
  const response = await fetch(`${running.url}/v1/chat/completions`, { method: "POST", headers, body });
  await response.text();
}

const read = async (headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(`${running.url}/metrics`, { headers });

const scrape = async (): Promise<string> => (await read()).text();

/** The value of the one line that begins so. */
const valueOf = (text: string, start: string): number =>
  Number(
    text
      .split("\n")
      .find((line) => line.startsWith(start))
      ?.slice(start.length) ?? Number.NaN,
  );

describe("what Prometheus reads", () => {
  test("says what calls came to, by endpoint, release and arm", async () => {
    const text = await scrape();
    const channel = 'environment="production",endpoint="bot",release="bot@1",arm="stable"';
    expect(valueOf(text, `rollward_calls_total{${channel},tier="primary",outcome="ok"}`)).toBe(2);
    expect(valueOf(text, `rollward_streams_total{${channel}}`)).toBe(1);
    expect(valueOf(text, `rollward_call_duration_seconds_count{${channel}}`)).toBe(2);
    expect(valueOf(text, `rollward_call_first_token_seconds_count{${channel}}`)).toBe(1);
    expect(text).toMatch(/rollward_cost_usd_total\{[^}]*endpoint="bot"[^}]*model="a-2026-01-01"\} [\d.e-]+/);
    expect(text).toMatch(
      /rollward_attempt_errors_total\{environment="production",provider="sim",model="b-2026-01-01",code="provider_error"\} [1-9]/,
    );
    expect(text).toMatch(/rollward_call_errors_total\{environment="production",code="[a-z_]+"\} 1/);
  });

  test("has the names and bounds of OpenTelemetry's conventions", async () => {
    const text = await scrape();
    const chat = 'gen_ai_operation_name="chat",gen_ai_provider_name="sim",gen_ai_request_model="a-2026-01-01"';
    expect(valueOf(text, `gen_ai_client_operation_duration_seconds_count{${chat}}`)).toBe(3);
    expect(text).toContain(`gen_ai_client_operation_duration_seconds_bucket{le="0.01",${chat}}`);
    expect(text).toContain(`gen_ai_client_operation_duration_seconds_bucket{le="81.92",${chat}}`);
    expect(text).toMatch(/gen_ai_client_operation_duration_seconds_count\{[^}]*error_type="provider_error"\}/);
    expect(text).toMatch(
      /gen_ai_server_request_duration_seconds_count\{[^}]*gen_ai_provider_name="rollward",gen_ai_request_model="bot"\} 2/,
    );
    expect(text).toMatch(/gen_ai_server_time_to_first_token_seconds_bucket\{le="0\.001"[^}]*\}/);
  });

  test("says how the server itself stands", async () => {
    const text = await scrape();
    for (const name of [
      "rollward_database_up",
      "rollward_database_ping_seconds",
      "rollward_process_memory_resident_bytes",
      "rollward_event_loop_delay_seconds",
      'rollward_budget_limit_usd{environment="production",budget="all"}',
      'rollward_breaker_open{environment="production",provider="sim",model="b-2026-01-01"}',
      "rollward_records_waiting",
      "rollward_queue_calls",
    ]) {
      expect(text).toContain(`\n${name}`);
    }
  });

  test("has no user, key, session or digest of a release in it", async () => {
    const text = await scrape();
    expect(text).not.toMatch(/key_|rel_[0-9a-z]|session=|user=|sha256/i);
  });

  test.runIf(HAS_PROMTOOL)("promtool finds nothing to say against it (needs Debian's package prometheus)", async () => {
    expect(promtool(["check", "metrics"], await scrape())).toEqual({ isContent: true, said: "" });
  });

  test.runIf(HAS_PROMETHEUS)(
    "a real Prometheus scrapes it and answers (needs Debian's package prometheus)",
    async () => {
      const prometheus = await startPrometheus(new URL(running.url).host);
      try {
        const calls = async (): Promise<number | undefined> =>
          (await prometheus.query('sum(rollward_calls_total{endpoint="bot"})'))[0]?.value;
        await expect.poll(calls, { timeout: 30_000, interval: 200 }).toBe(2);
        const [up] = await prometheus.query("up");
        expect(up?.value).toBe(1);
      } finally {
        await prometheus.stop();
      }
    },
  );
});

describe("who may read metrics", () => {
  test("is whoever asks from this machine, and not who comes through a proxy on it", async () => {
    expect((await read()).status).toBe(200);
    expect((await read({ "x-forwarded-for": "203.0.113.9" })).status).toBe(401);
    const key = { authorization: `Bearer ${ADMIN_KEY}` };
    expect((await read({ "x-forwarded-for": "203.0.113.9", ...key })).status).toBe(200);
  });

  test("is no key that may only call endpoints", async () => {
    const made = await running.ask("POST", "/api/keys", { name: "app", scopes: ["inference"] });
    const { secret } = made.body as { secret: string };
    const answer = await read({ forwarded: "for=203.0.113.9", authorization: `Bearer ${secret}` });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("admin");
  });

  test("is nobody without a key where others reach the server: a proxy on this machine may say nothing of itself", async () => {
    const reached = await startServer({ "rollward.yaml": PROJECT }, { listenOn: "0.0.0.0" });
    try {
      const url = reached.url.replace("0.0.0.0", "127.0.0.1");
      expect((await fetch(`${url}/metrics`)).status).toBe(401);
      const key = { authorization: `Bearer ${ADMIN_KEY}` };
      expect((await fetch(`${url}/metrics`, { headers: key })).status).toBe(200);
    } finally {
      await reached.stop();
    }
  });

  test("is nobody without a key where the project wants one", async () => {
    const closed = await startServer({ "rollward.yaml": `${PROJECT}telemetry:\n  metrics: { require_key: true }\n` });
    try {
      expect((await fetch(`${closed.url}/metrics`)).status).toBe(401);
      const key = { authorization: `Bearer ${ADMIN_KEY}` };
      expect((await fetch(`${closed.url}/metrics`, { headers: key })).status).toBe(200);
    } finally {
      await closed.stop();
    }
  });

  test("is everybody where the project says so", async () => {
    const open = await startServer({ "rollward.yaml": `${PROJECT}telemetry:\n  metrics: { public: true }\n` });
    try {
      const answer = await fetch(`${open.url}/metrics`, { headers: { via: "1.1 proxy" } });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toContain("text/plain");
      expect(await answer.text()).toContain("rollward_build_info");
    } finally {
      await open.stop();
    }
  });
});
