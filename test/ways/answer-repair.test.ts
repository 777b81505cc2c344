import { once } from "node:events";
import { createServer } from "node:http";
import type { Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

/** What the provider does with its next requests, in order. */
type Scene = (response: ServerResponse) => void;

const SCENES: Scene[] = [];
const ASKED: Record<string, unknown>[] = [];

const saying =
  (content: string, more: object = {}): Scene =>
  (response) => {
    const choices = [{ index: 0, message: { role: "assistant", content, ...more }, finish_reason: "stop" }];
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ id: "c", object: "chat.completion", created: 1, model: "m", choices, usage }));
  };

/** Takes the request and says nothing. */
const silent: Scene = () => {};

const failing: Scene = (response) => {
  response.writeHead(500, { "content-type": "application/json" }).end('{"error":{"message":"Oh."}}');
};

let upstream: Server;
let server: RunningServer;

beforeAll(async () => {
  upstream = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      ASKED.push(JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
      (SCENES.shift() ?? failing)(response);
    });
  });
  upstream.listen(0, "127.0.0.1");
  await once(upstream, "listening");
  const { port } = upstream.address() as AddressInfo;
  server = await startServer(
    {
      "rollward.yaml": `environment: production
providers:
  local:
    kind: openai-compatible
    base_url: http://127.0.0.1:${port}/v1
    allow_private: true
    key_env: TEST_LOCAL_KEY
    models:
      m-2026-01-01:
        price: { input: 1, output: 2 }
endpoints:
  mended:
    models: [local/m-2026-01-01]
    timeouts: { total: 3s, first_token: 3s, connect: 3s, idle: 3s }
    checks: { json: repair }
  strict:
    models: [local/m-2026-01-01]
    timeouts: { total: 3s, first_token: 3s, connect: 3s, idle: 3s }
    checks: { json: repair, unrepaired: reject }
  paid:
    models: [local/m-2026-01-01]
    parameters: { max_tokens: 100 }
    checks: { json: repair }
budgets:
  # Room for several such calls, and not for one that has ten thousand bytes more.
  small: { per: environment, window: total, amount: 0.006, only: { endpoints: [paid] } }
`,
    },
    { environment: { TEST_LOCAL_KEY: "local-test-key" } },
  );
});

afterAll(async () => {
  await server.stop();
  upstream.closeAllConnections();
  upstream.close();
});

afterEach(() => {
  SCENES.length = 0;
  ASKED.length = 0;
});

interface Attempted {
  readonly outcome: string;
  readonly provider: string;
  readonly findings: readonly { readonly check: string; readonly attempt: number }[];
  readonly attempts: readonly { readonly reason: string; readonly end: string; readonly status: number | null }[];
}

const send = (model: string, signal?: AbortSignal): Promise<Response> =>
  fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({
      model,
      messages: [{ role: "user", content: "Where to?" }],
      response_format: { type: "json_object" },
    }),
    ...(signal !== undefined && { signal }),
  });

async function recordOf(call: string | null): Promise<Attempted> {
  await server.server.house.gateway.recorder.flush();
  return (await server.ask("GET", `/api/calls/${call}`)).body as Attempted;
}

test("a repair is not asked for where the budget has no room for the longer request", async () => {
  SCENES.push(saying("To Ulm!"), saying('{"city":"Ulm"}'), saying("To Ulm! ".repeat(1_250)), saying('{"city":"Ulm"}'));
  expect(await (await send("paid")).text()).toContain('{\\"city\\":\\"Ulm\\"}');
  expect(ASKED).toHaveLength(2);
  expect(await (await send("paid")).text()).toContain("To Ulm! To Ulm!");
  expect(ASKED).toHaveLength(3);
});

test("the model is shown its answer and told what is wrong with it", async () => {
  SCENES.push(saying("To Ulm!"), saying('{"city":"Ulm"}'));
  const response = await send("mended");
  expect(await response.text()).toContain('{\\"city\\":\\"Ulm\\"}');
  const messages = ASKED[1]?.["messages"] as { role: string; content: string }[];
  expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
  expect(messages[1]?.content).toBe("To Ulm!");
  expect(messages[2]?.content).toContain("the text is not JSON");
});

test("a repair never goes past the deadline: the answer that is there is delivered then, its record last", async () => {
  // With three seconds anew it would be six. A busy machine may stand still for as long once, and hardly three times.
  const [took, calls]: [number[], (string | null)[]] = [[], []];
  for (let turn = 0; turn < 3 && !took.some((ms) => ms < 5_000); turn += 1) {
    SCENES.push(saying("To Ulm!"), silent);
    const startedAt = performance.now();
    const response = await send("mended");
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("To Ulm!");
    took.push(performance.now() - startedAt);
    calls.push(response.headers.get("x-rollward-call"));
  }
  expect(Math.min(...took)).toBeLessThan(5_000);
  const call = await recordOf(calls.at(-1) ?? null);
  expect(call.attempts).toMatchObject([
    { reason: "repair", end: "failed" },
    { reason: "first", end: "answered" },
  ]);
  expect(call.findings).toMatchObject([{ check: "invalid-json", attempt: 1 }]);
});

test("a repair that fails leaves the answer that is there", async () => {
  SCENES.push(saying("To Ulm!"), failing);
  const response = await send("mended");
  expect(response.status).toBe(200);
  const call = await recordOf(response.headers.get("x-rollward-call"));
  expect(call.attempts.map(({ end }) => end)).toEqual(["failed", "answered"]);
  expect(ASKED).toHaveLength(2);
});

test("where only a good answer will do, a repair that fails ends in the reason of the rejection", async () => {
  SCENES.push(saying("To Ulm!"), failing);
  const response = await send("strict");
  expect(response.status).toBe(502);
  const text = await response.text();
  expect(text).toContain("answer_rejected");
  expect(text).toContain("the text is not JSON");
});

test("one repair is all there is", async () => {
  SCENES.push(saying("To Ulm!"), saying("To Bonn!"), saying('{"city":"Ulm"}'));
  const response = await send("mended");
  expect(await response.text()).toContain("To Bonn!");
  expect(ASKED).toHaveLength(2);
});

test("a client that leaves during a repair stops it, and is no failure", async () => {
  const leaving = new AbortController();
  const asked = Promise.withResolvers<ServerResponse>();
  SCENES.push(saying("To Ulm!"), (response) => asked.resolve(response));
  const left = send("mended", leaving.signal).catch(() => null);
  const upstreamResponse = await asked.promise;
  leaving.abort();
  await left;
  await once(upstreamResponse, "close");
  await expect
    .poll(async () => {
      await server.server.house.gateway.recorder.flush();
      const { body } = await server.ask("GET", "/api/calls?outcome=abandoned");
      return (body as { data: Attempted[] }).data.map(({ attempts }) => attempts.map(({ end }) => end));
    })
    .toEqual([["rejected", "abandoned"]]);
});
