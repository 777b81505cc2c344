import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import type { showCall } from "../../src/contract/calls.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

type Call = z.output<typeof showCall.answer>;

const EMBEDDINGS =
  '{"object":"list",  "data":[{"object":"embedding","index":0,"embedding":[0.5,-0.25]}],"model":"embed-1","usage":{"prompt_tokens":7,"total_tokens":7}}';
const COMPLETION =
  'data: {"id":"cmpl-1","model":"old-1","choices":[{"index":0,"text":"Hi","finish_reason":null}]}\n\ndata: {"id":"cmpl-1","model":"old-1","choices":[{"index":0,"text":"","finish_reason":"stop"}]}\n\n';
const USAGE =
  'data: {"id":"cmpl-1","model":"old-1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}\n\n';
const DONE = "data: [DONE]\n\n";

const received: { readonly path: string; readonly body: string }[] = [];
let upstream: Server;
let server: RunningServer;

beforeAll(async () => {
  upstream = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const path = request.url ?? "";
      received.push({ path, body: Buffer.concat(chunks).toString() });
      const isStream = path === "/v1/completions";
      response.writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" });
      response.end(isStream ? COMPLETION + USAGE + DONE : EMBEDDINGS);
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  const { port } = upstream.address() as AddressInfo;
  const price = "{ price: { input: 1, output: 2 } }";
  server = await startServer(
    {
      "rollward.yaml": `environment: production
providers:
  vendor:
    kind: openai-compatible
    base_url: http://127.0.0.1:${port}/v1
    allow_private: true
    models: { embed-2026-01-01: ${price}, old-2026-01-01: ${price} }
  claude:
    kind: anthropic
    base_url: http://127.0.0.1:${port}/v1
    allow_private: true
    key_env: CLAUDE_KEY
    models: { claude-2026-01-01: ${price} }
endpoints:
  search:
    models: [vendor/embed-2026-01-01]
    parameters: { dimensions: 2 }
  prompted:
    prompt: prompt.md
    models: [vendor/embed-2026-01-01]
  older:
    models: [vendor/old-2026-01-01]
  elsewhere:
    models: [claude/claude-2026-01-01]
`,
      "prompt.md": "Be kind.\n",
    },
    { environment: { CLAUDE_KEY: "sk-test" } },
  );
});

afterAll(async () => {
  await server.stop();
  upstream.close();
});

const send = (path: string, body: string): Promise<Response> =>
  fetch(`${server.url}/v1/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body,
  });

async function recordOf(response: Response): Promise<Call> {
  await server.server.house.gateway.recorder.flush();
  const { body } = await server.ask("GET", `/api/calls/${response.headers.get("x-rollward-call")}`);
  return body as Call;
}

describe("embeddings", () => {
  test("pass byte for byte with the release's model and parameters, and are recorded with their usage", async () => {
    const response = await send("embeddings", '{ "model":"search", "input": ["caf\\u00e9"],  "x":1 }');
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(EMBEDDINGS);
    expect(received.at(-1)).toEqual({
      path: "/v1/embeddings",
      body: '{"dimensions":2, "model":"embed-2026-01-01", "input": ["caf\\u00e9"],  "x":1 }',
    });
    const { dialect, release, usage, outcome } = await recordOf(response);
    expect({ dialect, release, outcome }).toEqual({ dialect: "openai-embeddings", release: "search@1", outcome: "ok" });
    expect(usage).toMatchObject({ input: 7, output: 0, estimated: false });
  });

  test.each([
    ["no input", '{"model":"search"}', "invalid_request"],
    ["a stream", '{"model":"search","input":"a","stream":true}', "invalid_request"],
    ["a release with a prompt", '{"model":"prompted","input":"a"}', "untranslatable"],
    ["a provider that has none", '{"model":"elsewhere","input":"a"}', "operation_not_offered"],
  ])("are refused in words for %s", async (_, body, code) => {
    const before = received.length;
    const response = await send("embeddings", body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code } });
    expect(received).toHaveLength(before);
  });
});

describe("the older completions", () => {
  test("pass as a stream, and their usage is asked for and kept", async () => {
    const response = await send("completions", '{"model":"older","prompt":"Say","stream":true}');
    expect(await response.text()).toBe(COMPLETION + DONE);
    expect(received.at(-1)).toEqual({
      path: "/v1/completions",
      body: '{"stream_options":{"include_usage":true},"model":"old-2026-01-01","prompt":"Say","stream":true}',
    });
    const { dialect, usage, finish_reason: reason } = await recordOf(response);
    expect({ dialect, reason }).toEqual({ dialect: "openai-completions", reason: "stop" });
    expect(usage).toMatchObject({ input: 3, output: 1, estimated: false });
  });
});
