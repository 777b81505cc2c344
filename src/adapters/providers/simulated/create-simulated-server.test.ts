import { connect } from "node:net";
import type { Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { HandClock } from "../../../../test/fixtures/hand-clock.ts";
import { turn, until } from "../../../../test/fixtures/recording-sink.ts";
import { createSimulatedServer } from "./create-simulated-server.ts";
import type { SimulatedServer } from "./create-simulated-server.ts";
import { STEADY } from "../../../../test/fixtures/simulated-models.ts";
import type { SimulatedModelSettings } from "../../../domain/call/simulated-model-settings.ts";

const steady: SimulatedModelSettings = {
  ...STEADY,
  firstTokenMs: { median: 100, sigma: 0 },
  betweenTokensMs: { median: 10, sigma: 0 },
  answerTokens: { median: 30, sigma: 0 },
};
const models = new Map([["steady-1", steady]]);

const servers: SimulatedServer[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(): Promise<{ server: SimulatedServer; clock: HandClock }> {
  const clock = new HandClock();
  const server = await createSimulatedServer({ models, seed: 1, clock });
  servers.push(server);
  return { server, clock };
}

/** A connection that collects what comes, with the clock's time of each arrival. */
async function open(server: SimulatedServer): Promise<{ socket: Socket; text: () => string; closed: () => boolean }> {
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  sockets.push(socket);
  let text = "";
  let closed = false;
  socket.on("data", (chunk) => {
    text += chunk.toString();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    closed = true;
  });
  await until(() => !socket.connecting);
  return { socket, text: () => text, closed: () => closed };
}

function request(model: string, more: object = {}, headers = ""): string {
  const body = JSON.stringify({ model, messages: [{ role: "user", content: "Can I return shoes?" }], ...more });
  return `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** Several turns, in which everything on its way over loopback arrives. */
async function settle(): Promise<void> {
  for (let count = 0; count < 50; count += 1) await turn();
}

describe("time", () => {
  test("a stream begins after the first-token delay and goes on in its rhythm", async () => {
    const { server, clock } = await start();
    const { socket, text } = await open(server);
    socket.write(request("steady-1", { stream: true }));
    await until(() => server.stats().open === 1);
    clock.advance(99);
    await settle();
    expect(text()).toBe("");
    clock.advance(1);
    await until(() => text().includes('"content":"You"'));
    expect(text()).not.toContain('"content":" can"');
    clock.advance(10);
    await until(() => text().includes('"content":" can"'));
    expect(text()).not.toContain('"content":" return"');
    clock.advance(10_000);
    await until(() => text().endsWith("data: [DONE]\n\n\r\n0\r\n\r\n"));
    expect(server.stats().open).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test("a whole answer takes as long as its stream would", async () => {
    const { server, clock } = await start();
    const { socket, text } = await open(server);
    socket.write(request("steady-1"));
    await until(() => server.stats().open === 1);
    clock.advance(200);
    await settle();
    expect(text()).toBe("");
    clock.advance(400);
    await until(() => text().includes("chat.completion"));
  });
});

test("a client that leaves is noticed, and its answer is not written on", async () => {
  const { server, clock } = await start();
  const { socket, text } = await open(server);
  socket.write(request("steady-1", { stream: true }));
  await until(() => server.stats().open === 1);
  clock.advance(130);
  await until(() => text() !== "");
  socket.destroy();
  await until(() => server.stats().aborted === 1);
  expect(server.stats().lastAborted).toEqual([{ n: 1, model: "steady-1", noticedAtMs: 130, afterMs: 130 }]);
  expect(clock.pending).toBe(0);
});

test("requests that come at once are answered in their order, one at a time", async () => {
  const { server, clock } = await start();
  const { socket, text } = await open(server);
  socket.write(request("steady-1", { max_tokens: 1 }) + request("steady-1", { max_tokens: 2 }));
  await until(() => server.stats().calls === 1);
  clock.advance(1_000);
  await until(() => server.stats().calls === 2);
  clock.advance(1_000);
  await until(() => text().split("HTTP/1.1 200 OK").length === 3);
  expect(text().indexOf('"completion_tokens":1,')).toBeLessThan(text().indexOf('"completion_tokens":2,'));
});

describe("faults that a request asks for", () => {
  const said = (content: string, more: object = {}) =>
    request("steady-1", { messages: [{ role: "user", content }], ...more }, "connection: close\r\n");
  const answerTo = async (
    { server, clock }: { server: SimulatedServer; clock: HandClock },
    wire: string,
  ): Promise<string> => {
    const { socket, text, closed } = await open(server);
    socket.write(wire);
    while (!closed()) {
      clock.advance(100);
      await turn();
    }
    return text();
  };

  test("hold for as many requests as it says", async () => {
    const started = await start();
    const answers = [];
    for (let n = 0; n < 3; n += 1) answers.push(await answerTo(started, said("simulate: rate-limited 2 once")));
    expect(answers.map((answer) => answer.slice(9, 12))).toEqual(["429", "429", "200"]);
    expect(answers[0]).toContain("retry-after: 7\r\n");
    expect(started.server.stats().faults).toEqual({ rateLimited: 2 });
  });

  test.each([
    { fault: "cut", has: '"delta":{"content":" ', lacks: 'finish_reason":"stop"' },
    { fault: "malformed", has: '"choices":[{"index":\n', lacks: "never" },
    { fault: "missing-done", has: 'finish_reason":"stop"', lacks: "[DONE]" },
    { fault: "error-event", has: 'data: {"error":{', lacks: "[DONE]" },
    { fault: "refusal", has: '{"refusal":"I"}', lacks: '"content":"I' },
  ])("$fault shapes a stream", async ({ fault, has, lacks }) => {
    const answer = await answerTo(await start(), said(`simulate: ${fault}`, { stream: true }));
    expect(answer).toContain(has);
    expect(answer).not.toContain(lacks);
  });

  test("html is a page with status 200, and reset is silence", async () => {
    const started = await start();
    expect(await answerTo(started, said("simulate: html"))).toMatch(/^HTTP\/1\.1 200 OK\r\ncontent-type: text\/html/);
    expect(await answerTo(started, said("simulate: reset"))).toBe("");
  });
});

test("usage is in a stream only when it is asked for", async () => {
  const { server, clock } = await start();
  const { socket, text } = await open(server);
  socket.write(request("steady-1", { stream: true }));
  await until(() => server.stats().open === 1);
  clock.advance(10_000);
  await until(() => text().includes("[DONE]"));
  expect(text()).not.toContain("usage");
  socket.write(request("steady-1", { stream: true, stream_options: { include_usage: true } }));
  await until(() => server.stats().open === 1);
  clock.advance(10_000);
  await until(() => text().split("[DONE]").length === 3);
  expect(text()).toContain('"choices":[],"usage":{"prompt_tokens":5,');
});

describe("what is not a chat completion", () => {
  test.each([
    { title: "an unknown model", wire: request("gone-1"), has: ["404", "model_not_found"] },
    { title: "no messages", wire: request("steady-1", { messages: [] }), has: ["400", "messages"] },
    {
      title: "the list of models",
      wire: "GET /v1/models HTTP/1.1\r\nhost: x\r\n\r\n",
      has: ["200", '"id":"steady-1"'],
    },
    { title: "another address", wire: "GET /v1/other HTTP/1.1\r\nhost: x\r\n\r\n", has: ["404", "Invalid URL"] },
    { title: "no HTTP", wire: "HELLO\r\n\r\n", has: ["400", "connection: close"] },
  ])("$title", async ({ wire, has }) => {
    const { server } = await start();
    const { socket, text } = await open(server);
    socket.write(wire);
    await until(() => text() !== "");
    for (const part of has) expect(text()).toContain(part);
  });

  test("its own page shows the calls that came, without their keys", async () => {
    const { server } = await start();
    const { socket, text } = await open(server);
    socket.write(request("steady-1", {}, "x-shown: yes\r\nauthorization: Bearer hidden-word\r\n"));
    await until(() => server.stats().open === 1);
    const { socket: second, text: page } = await open(server);
    second.write("GET /__simulated/calls HTTP/1.1\r\nhost: x\r\n\r\n");
    await until(() => page() !== "");
    expect(page()).toContain('"x-shown":"yes"');
    expect(page()).not.toContain("hidden-word");
    expect(text()).toBe("");
  });
});
