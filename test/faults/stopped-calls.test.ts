import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import type { showCall } from "../../src/contract/calls.ts";
import { eventually } from "../fixtures/eventually.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { BEGUN, startStallingUpstream } from "../fixtures/stalling-upstream.ts";
import type { StallingUpstream } from "../fixtures/stalling-upstream.ts";

type Call = z.output<typeof showCall.answer>;

const project = (baseUrl: string): Readonly<Record<string, string>> => ({
  "rollward.yaml": `environment: production
providers:
  slow:
    kind: openai-compatible
    base_url: ${baseUrl}
    allow_private: true
    models:
      m-2026-01-01: { price: { input: 1, output: 2 } }
      n-2026-01-01: { price: { input: 1, output: 2 } }
endpoints:
  bot: { models: [slow/m-2026-01-01, slow/n-2026-01-01] }
  line-bot: { models: [slow/m-2026-01-01] }
limits:
  queue: { wait: 5m }
  rates:
    one: { per: endpoint, only: { endpoints: [line-bot] }, concurrent: 1 }
`,
});

const MESSAGES = [{ role: "user", content: "Hello" }];

/** A request under way: what has come of its answer, and when that is over. */
interface Asked {
  readonly text: () => string;
  readonly answered: Promise<{ readonly response: Response; readonly text: string }>;
}

function ask({ url }: RunningServer, path: string, body: object): Asked {
  let text = "";
  const read = async (): Promise<{ response: Response; text: string }> => {
    const headers = { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" };
    const response = await fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
    return { response, text };
  };
  return { text: () => text, answered: read() };
}

describe("a server whose calls do not end in time when it is stopped", () => {
  let upstream: StallingUpstream;
  let dataDir: string;
  let streams: readonly Asked[];
  let whole: Asked;
  let inLine: readonly Asked[];
  let faults: readonly unknown[];

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "rollward-stopped-"));
    upstream = await startStallingUpstream();
    const server = await startServer(project(upstream.baseUrl), { dataDir, drainMs: 0 });
    streams = [
      ask(server, "/v1/chat/completions", { model: "bot", stream: true, messages: MESSAGES }),
      ask(server, "/v1/messages", { model: "bot", stream: true, max_tokens: 9, messages: MESSAGES }),
      ask(server, "/v1/responses", { model: "bot", stream: true, store: false, input: "Hello" }),
    ];
    whole = ask(server, "/v1/chat/completions", { model: "bot", messages: MESSAGES });
    inLine = [1, 2].map(() => ask(server, "/v1/chat/completions", { model: "line-bot", messages: MESSAGES }));
    const { gateway } = server.server.house;
    await eventually(() => {
      const isBegun = streams.every(({ text }) => text().includes(BEGUN));
      const { calls } = gateway.waiting.counts();
      if (!isBegun || upstream.count() < 5 || calls < 1)
        throw new Error("The calls are not yet as far as they are to be.");
    });
    await server.stop();
    faults = gateway.health.all().map(({ health }) => [health.circuit.state, health.lastFault]);
  }, 120_000);

  afterAll(async () => {
    await upstream.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test("tells streams so by the error event of their dialect", async () => {
    const [chat = "", messages = "", responses = ""] = await Promise.all(
      streams.map(async ({ answered }) => (await answered).text),
    );
    expect(chat).toMatch(/data: \{"error":\{[^\n]*"code":"server_stopped"/);
    expect(chat).not.toContain("[DONE]");
    expect(messages).toMatch(/event: error\ndata: [^\n]*server was stopped/);
    expect(messages).not.toContain("message_stop");
    expect(responses).toMatch(/event: error\ndata: [^\n]*"code":"server_stopped"/);
    expect(responses).not.toContain("response.completed");
  });

  test("answers 503 to those who have no answer yet, also where they waited in a line", async () => {
    for (const { answered } of [whole, ...inLine]) {
      const { response, text } = await answered;
      expect([response.status, JSON.parse(text)]).toMatchObject([503, { error: { code: "server_stopped" } }]);
    }
  });

  test("blames no provider for it, neither in memory nor in the records", async () => {
    expect(faults).not.toEqual([]);
    for (const one of faults) expect(one).toEqual(["closed", null]);
    const again = await startServer(project(upstream.baseUrl), { dataDir });
    for (const { answered } of [...streams, whole, ...inLine]) {
      const id = (await answered).response.headers.get("x-rollward-call");
      const { body } = await again.ask("GET", `/api/calls/${id}`);
      const { outcome, error, attempts } = body as Call;
      expect({ outcome, error }).toEqual({ outcome: "failed", error: "server_stopped" });
      for (const one of attempts) expect(one).toMatchObject({ end: "abandoned", error: { code: "server_stopped" } });
      expect(attempts.length).toBeLessThan(2);
    }
    await again.stop();
  });
});
