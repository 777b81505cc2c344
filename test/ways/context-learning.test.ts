import { once } from "node:events";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let reported = 1;
let says = "Well.";
let provider: Server;
let server: RunningServer;

/** A provider that reports as many tokens of input as the test says. */
async function startProvider(): Promise<Server> {
  const started = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      const choices = [{ index: 0, message: { role: "assistant", content: says }, finish_reason: "stop" }];
      const usage = { prompt_tokens: reported, completion_tokens: 1, total_tokens: reported + 1 };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ id: "1", object: "chat.completion", created: 1, model: "m", choices, usage }));
    });
  });
  started.listen(0, "127.0.0.1");
  await once(started, "listening");
  return started;
}

beforeAll(async () => {
  provider = await startProvider();
  const { port } = provider.address() as AddressInfo;
  server = await startServer({
    "rollward.yaml": `environment: production
providers:
  own:
    kind: openai-compatible
    base_url: http://127.0.0.1:${port}/v1
    models:
      greedy-1: { price: { input: 1, output: 1 }, window: 3000 }
      plain-1: { price: { input: 1, output: 1 }, window: 3000 }
endpoints:
  greedy: { models: [own/greedy-1], context: { overflow: truncate, reserve: 100 } }
  summed:
    models: [own/plain-1]
    context: { overflow: summarise, window: 1500, reserve: 100, summariser: own/plain-1 }
  plain: { models: [own/plain-1], context: { overflow: refuse, reserve: 100 } }
  wordy: { models: [own/plain-1], parameters: { max_tokens: 2500 }, context: { overflow: refuse, reserve: 100 } }
`,
  });
});

afterAll(async () => {
  await server.stop();
  provider.close();
});

/** 29 short turns: some 1,500 tokens by our estimate, in more bytes than the window has tokens. */
const messages = Array.from({ length: 29 }, (_, index) => ({
  role: index % 2 === 0 ? "user" : "assistant",
  content: `${index}: ${"parcel ".repeat(25)}`,
}));

interface Counted {
  readonly status: number;
  readonly header: string | null;
  readonly tokens: number;
  readonly trouble: string | null;
}

async function send(model: string, more: object = {}): Promise<Counted> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages, ...more }),
  });
  await response.text();
  await server.server.house.gateway.recorder.flush();
  const call = response.headers.get("x-rollward-call") ?? "";
  const { body } = await server.ask("GET", `/api/calls/${call}`);
  const { context } = body as { readonly context?: { readonly tokens: number; readonly trouble?: string } };
  return {
    status: response.status,
    header: response.headers.get("x-rollward-context"),
    tokens: context?.tokens ?? 0,
    trouble: context?.trouble ?? null,
  };
}

test("a model whose provider counts more is counted so after some calls, and other models are not", async () => {
  const first = await send("greedy");
  expect(first).toMatchObject({ status: 200, header: null });
  expect(first.tokens).toBeGreaterThan(1_000);
  reported = Math.ceil(first.tokens * 1.9);
  for (let call = 0; call < 16; call += 1) await send("greedy");
  const later = await send("greedy");
  expect(later.tokens).toBeGreaterThanOrEqual(first.tokens * 1.9);
  expect(later.header).toMatch(/^truncated; /);
  expect(await send("plain")).toMatchObject({ status: 200, header: null, tokens: first.tokens });
});

test("a summary that is longer than the room kept for it is dropped, and the record says why", async () => {
  says = "The parcel is late. ".repeat(200);
  const { status, header, trouble } = await send("summed");
  says = "Well.";
  expect([status, trouble]).toEqual([200, "no summary: it is too long"]);
  expect(header).toMatch(/^truncated; /);
});

test("the longest answer that the release sets is kept free, whatever the request asks for", async () => {
  expect(await send("wordy", { max_tokens: 5 })).toMatchObject({ status: 400 });
  expect(await send("wordy")).toMatchObject({ status: 400 });
});
