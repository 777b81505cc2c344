import { afterEach, expect, test, vi } from "vitest";
import { simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const servers: RunningServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

const MODEL = `
      good-2026-01-01:
        price: { input: 1, output: 2 }
        first_token: { median: 1ms, sigma: 0 }
        between_tokens: { median: 1ms, sigma: 0 }
        answer_tokens: { median: 3, sigma: 0 }
        quality: 1`;

const project = (temperature: number): string => `${simulatedText(MODEL)}
endpoints:
  bot:
    models: [sim/good-2026-01-01]
    parameters: { temperature: ${temperature} }
`;

async function start(): Promise<RunningServer> {
  const server = await startServer({ "rollward.yaml": project(0.2) });
  servers.push(server);
  return server;
}

const question = { messages: [{ role: "user", content: "Hello" }] };

async function makeKey(server: RunningServer, key: object): Promise<string> {
  const { status, body } = await server.ask("POST", "/api/keys", { name: "somebody", ...key });
  expect(status).toBe(200);
  return (body as { readonly secret: string }).secret;
}

test("asks a release for a person, and the call is recorded as one that no user saw", async () => {
  const server = await start();
  const { status, body } = await server.ask("POST", "/api/playground", { endpoint: "bot", ...question });
  expect(status).toBe(200);
  expect(body).toMatchObject({ release: "bot@1", model: "sim/good-2026-01-01", status: 200, error: null });
  const { text, call } = body as { readonly text: string; readonly call: string };
  expect(text).not.toBe("");
  await vi.waitFor(
    async () => {
      const recorded = await server.ask("GET", `/api/calls/${call}`);
      expect(recorded.body).toMatchObject({ release: "bot@1", arm: null, backtest: { replays: "" } });
    },
    { timeout: 60_000, interval: 100 },
  );
  await vi.waitFor(
    async () => {
      const spend = await server.ask("GET", "/api/spend?by=key");
      expect((spend.body as { readonly data: readonly object[] }).data).toHaveLength(1);
    },
    { timeout: 60_000, interval: 250 },
  );
});

test.for([
  ["a release of another name", { endpoint: "bot", release: "other@1" }, 404, "release_not_found"],
  ["a release that does not exist", { endpoint: "bot", release: "bot@9" }, 404, "release_not_found"],
  ["an endpoint that does not exist", { endpoint: "nobody" }, 404, "endpoint_not_found"],
  ["no message", { endpoint: "bot", messages: [] }, 400, "invalid_request"],
] as const)("refuses %s", async ([, wanted, status, code]) => {
  const server = await start();
  const answer = await server.ask("POST", "/api/playground", { ...question, ...wanted });
  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({ error: { code } });
});

test("costs the key that asks, which must be allowed to ask the endpoint itself", async () => {
  const server = await start();
  const secret = await makeKey(server, { scopes: ["admin"], endpoints: ["another"] });
  const answer = await fetch(`${server.url}/api/playground`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: JSON.stringify({ endpoint: "bot", ...question }),
  });
  expect(answer.status).toBe(403);
});

test("says what fills the disk, or that nothing is on one", async () => {
  const server = await start();
  const { status, body } = await server.ask("GET", "/api/storage");
  expect(status).toBe(200);
  const { database, data, bytes } = body as { database: string; data: readonly { bytes: number }[]; bytes: number };
  expect(data.reduce((sum, share) => sum + share.bytes, 0)).toBe(bytes);
  expect(database === "memory").toBe(data.length === 0);
});
