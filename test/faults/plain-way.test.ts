import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DONE, completion, finishChunk, sseEvent, textChunk, usageChunk } from "../fixtures/faulty-provider/wire.ts";
import { eventually } from "../fixtures/eventually.ts";
import { OpenSocket } from "../fixtures/open-socket.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer, StartTerms } from "../fixtures/running-server.ts";

/** Answers of the provider that have begun and are held until a test lets them go on. */
let held: ServerResponse[] = [];
/** How many held answers were let go by the gateway. */
let letGo = 0;
let provider: Server;
let server: RunningServer;
let clients: OpenSocket[] = [];

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { model, stream } = JSON.parse(await text(request)) as { model: string; stream?: boolean };
  if (model === "poor")
    return void response
      .writeHead(400, { "content-type": "application/json" })
      .end('{"error":{"message":"Not so.","type":"invalid_request_error","code":null}}');
  if (request.url?.endsWith("/embeddings")) {
    const data = [{ object: "embedding", index: 0, embedding: [0.5, 1] }];
    const usage = { prompt_tokens: 1, total_tokens: 1 };
    return void response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ object: "list", model, data, usage }));
  }
  if (stream !== true && model !== "held")
    return void response.writeHead(200, { "content-type": "application/json" }).end(completion(model, "Done."));
  response.writeHead(200, { "content-type": stream === true ? "text/event-stream" : "application/json" });
  if (stream === true) response.write(sseEvent(textChunk(model, "Do", true)));
  else response.flushHeaders();
  if (model !== "held") return finish(response, model);
  response.on("close", () => void (letGo += response.writableFinished ? 0 : 1));
  held.push(response);
}

function finish(response: ServerResponse, model: string): void {
  response.end(
    [textChunk(model, "ne.", false), finishChunk(model), usageChunk(model)].map((each) => sseEvent(each)).join("") +
      sseEvent(DONE),
  );
}

const project = (port: number): string => `environment: production
providers:
  vendor:
    kind: openai-compatible
    base_url: http://127.0.0.1:${port}/v1
    allow_private: true
    models:
      m-1: { price: { input: 1, output: 2 } }
      poor: { price: { input: 1, output: 2 } }
      held: { price: { input: 1, output: 2 } }
endpoints:
  bot: { models: [vendor/m-1] }
  poor: { models: [vendor/poor] }
  held: { models: [vendor/held] }
  full: { models: [vendor/m-1] }
limits:
  body_bytes: 10MiB
  connections_per_address: 100
  rates:
    full: { per: environment, requests: 1/h, only: { endpoints: [full] } }
`;

async function start(terms: StartTerms = {}): Promise<void> {
  const { port } = provider.address() as AddressInfo;
  server = await startServer({ "rollward.yaml": project(port) }, terms);
}

beforeAll(async () => {
  provider = createServer((request, response) => void respond(request, response));
  provider.listen(0, "127.0.0.1");
  await once(provider, "listening");
});

afterAll(() => {
  provider.closeAllConnections();
  provider.close();
});

beforeEach(() => {
  held = [];
  letGo = 0;
  clients = [];
});

afterEach(() => {
  for (const { socket } of clients) socket.destroy();
  for (const response of held) response.destroy();
});

async function connect(): Promise<OpenSocket> {
  const client = await OpenSocket.to(server.url);
  clients.push(client);
  return client;
}

const KEY = `authorization: Bearer ${ADMIN_KEY}`;
const CHAT = "/v1/chat/completions";
const chat = (fields: object): string =>
  JSON.stringify({ model: "bot", messages: [{ role: "user", content: "hi" }], ...fields });

const requestTo = (path: string, body: string, ...lines: readonly string[]): string =>
  [
    `POST ${path} HTTP/1.1`,
    "host: 127.0.0.1",
    "content-type: application/json",
    `content-length: ${body.length}`,
    ...lines,
    "",
    body,
  ].join("\r\n");

interface Answer {
  readonly status: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isPlain: boolean;
}

/** The answer in `sent` when all of it is there; `null` before. */
function answerIn(sent: string): Answer | null {
  const [head = "", ...rest] = sent.split("\r\n\r\n");
  const [status = "", ...lines] = head.split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 2)]),
  );
  const got = rest.join("\r\n\r\n");
  const isWhole =
    headers["content-length"] === undefined
      ? got.endsWith("0\r\n\r\n")
      : got.length >= Number(headers["content-length"]);
  if (rest.length === 0 || !isWhole) return null;
  const body = headers["content-length"] === undefined ? got.replaceAll(/(?:^|\r\n)[0-9a-f]+\r\n/g, "") : got;
  // Node writes its own names with capitals.
  return { status, headers, body, isPlain: /\r\ndate: /.test(head) };
}

async function ask(request: string): Promise<Answer> {
  const client = await connect();
  client.write(request);
  return eventually(() => {
    const answer = answerIn(client.text);
    if (answer === null) throw new Error(`No whole answer: ${client.text}`);
    return answer;
  });
}

/** Without what differs from call to call. */
const sameIn = ({ status, headers, body }: Answer): unknown => {
  const { date, ...rest } = headers;
  expect(date).toMatch(/ GMT$/);
  const masked = JSON.stringify({ status, headers: rest, body }).replaceAll(/[0-9A-Za-z]{20,}/g, "ID");
  return JSON.parse(masked.replaceAll(/(created(?:_at)?|completed_at)\\":\d+/g, "$1"));
};

const ANTHROPIC = ["anthropic-version: 2023-06-01"];
const message = (fields: object): string => chat({ max_tokens: 9, ...fields });

/** What is asked, and the status of the answer. */
type Asked = readonly [path: string, body: string, status: number, lines?: readonly string[]];

describe("both ways answer alike", () => {
  beforeAll(() => start());
  afterAll(() => server.stop());

  test.each<readonly [string, Asked]>([
    ["chat", [CHAT, chat({}), 200]],
    ["a stream of chat", [CHAT, chat({ stream: true }), 200]],
    [
      "a session and a trace",
      [
        CHAT,
        chat({}),
        200,
        ["x-rollward-session: s-1", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"],
      ],
    ],
    ["a model that nobody knows", [CHAT, chat({ model: "nobody" }), 404]],
    ["what is no JSON", [CHAT, "{", 400]],
    ["nothing", [CHAT, "", 400]],
    ["what a provider refuses", [CHAT, chat({ model: "poor" }), 400]],
    ["completions", ["/v1/completions", '{"model":"bot","prompt":"hi"}', 200]],
    ["embeddings", ["/v1/embeddings", '{"model":"bot","input":"hi"}', 200]],
    ["responses", ["/v1/responses", '{"model":"bot","input":"hi"}', 200]],
    ["a stream of responses", ["/v1/responses", '{"model":"bot","input":"hi","stream":true}', 200]],
    ["messages", ["/v1/messages", message({}), 200, ANTHROPIC]],
    ["a stream of messages, beta", ["/v1/messages?beta=true", message({ stream: true }), 200, ANTHROPIC]],
    ["a model that nobody knows, in Anthropic's words", ["/v1/messages", message({ model: "nobody" }), 404, ANTHROPIC]],
    ["what is no JSON, in Anthropic's words", ["/v1/messages", "{", 400, ANTHROPIC]],
  ])("%s", async (_, [path, body, status, lines = []]) => {
    const plain = await ask(requestTo(path, body, KEY, ...lines));
    const unplain = await ask(requestTo(path, body, KEY, ...lines, "te: trailers"));
    expect([plain.isPlain, unplain.isPlain]).toEqual([true, false]);
    expect(plain.status).toContain(` ${status} `);
    expect(sameIn(plain)).toEqual(sameIn(unplain));
    if (path.startsWith("/v1/messages") && status !== 200) expect(plain.headers).toHaveProperty("request-id");
  });

  test("a call that a limit refuses", async () => {
    expect((await ask(requestTo(CHAT, chat({ model: "full" }), KEY))).status).toContain("200");
    const plain = await ask(requestTo(CHAT, chat({ model: "full" }), KEY));
    const unplain = await ask(requestTo(CHAT, chat({ model: "full" }), KEY, "te: trailers"));
    expect(plain).toMatchObject({ isPlain: true, status: "HTTP/1.1 429 Too Many Requests" });
    expect(Object.keys(plain.headers)).toEqual(expect.arrayContaining(Object.keys(unplain.headers)));
    expect(Object.keys(unplain.headers)).toEqual(expect.arrayContaining(Object.keys(plain.headers)));
  });

  test.each<readonly [string, Asked]>([
    ["a key that nobody has", [CHAT, message({}), 401, ["authorization: Bearer rw_nobody"]]],
    ["no key", ["/v1/messages", message({}), 401, []]],
    ["a wish that means nothing", [CHAT, message({}), 400, [KEY, "x-rollward-cache: maybe"]]],
    ["a version that nobody speaks", ["/v1/messages", message({}), 400, [KEY, "anthropic-version: 1999-01-01"]]],
  ])("Node's way says what is wrong with %s, and once", async (_, [path, body, status, lines = []]) => {
    const refused = async (): Promise<number> => {
      const health = await server.ask("GET", "/api/health");
      const counts = Object.values((health.body as { readonly refused: Readonly<Record<string, number>> }).refused);
      return counts.reduce((sum, count) => sum + count, 0);
    };
    const before = await refused();
    const answer = await ask(requestTo(path, body, ...lines));
    expect(answer.isPlain).toBe(false);
    expect(answer.status).toContain(` ${status} `);
    expect((await refused()) - before).toBe(status === 401 ? 1 : 0);
  });

  test("a response that is not there is Node's to miss", async () => {
    const body = '{"model":"bot","input":"hi","previous_response_id":"resp_0"}';
    const [one, other] = [
      await ask(requestTo("/v1/responses", body, KEY)),
      await ask(requestTo("/v1/responses", body, KEY, "te: trailers")),
    ];
    expect(one.isPlain).toBe(false);
    expect(sameIn(one)).toEqual(sameIn(other));
  });
});

describe("calls under way", () => {
  /** Set by a test that stops its server itself. */
  let stopping: Promise<void> | null = null;

  beforeEach(() => {
    stopping = null;
  });
  afterEach(() => stopping ?? server.stop());

  const inFlight = (): number => server.server.house.gateway.load.inFlight;

  async function begin(stream: boolean, ...lines: readonly string[]): Promise<OpenSocket> {
    const before = held.length;
    const client = await connect();
    client.write(requestTo(CHAT, chat({ model: "held", stream }), KEY, ...lines));
    await eventually(() => expect(held).toHaveLength(before + 1));
    if (stream) await client.received("data: ");
    return client;
  }

  test.each([true, false])("end at the provider when their client leaves (stream: %s)", async (stream) => {
    await start();
    const client = await begin(stream);
    expect(inFlight()).toBe(1);
    client.socket.destroy();
    await expect.poll(() => letGo, { interval: 5 }).toBe(1);
    await eventually(() => expect(inFlight()).toBe(0));
  });

  test.each([[], ["te: trailers"]])("are answered whole where garbage comes behind them (%s)", async (...lines) => {
    await start();
    const client = await begin(true, ...lines);
    client.write("\0garbage\r\n\r\n");
    const [stream] = held;
    if (stream !== undefined) finish(stream, "held");
    await client.received(DONE);
    await client.closed;
    const [answer] = client.text.split("\r\n0\r\n\r\n");
    expect(answer?.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });

  test("finish when the server stops, whose idle connections are closed at once", async () => {
    await start();
    const idle = await connect();
    idle.write(requestTo(CHAT, chat({}), KEY));
    await idle.received("Done.");
    const [streamed, whole] = [await begin(true), await begin(false)];
    const stopped = server.stop();
    stopping = stopped;
    await idle.closed;
    expect(held.map(({ destroyed }) => destroyed)).toEqual([false, false]);
    const [stream, document] = held;
    if (stream !== undefined) finish(stream, "held");
    document?.end(completion("held", "Done."));
    await Promise.all([streamed.closed, whole.closed, stopped]);

    expect(streamed.text).toMatch(/data: \[DONE\]\n\n\r\n0\r\n\r\n$/);
    expect(answerIn(whole.text)).toMatchObject({ isPlain: true, headers: { connection: "close" } });
  });

  test("keep their places when others want one, and idle ones give theirs up", async () => {
    await start({ edge: { connections: 3 } });
    const busy = await begin(true);
    const idle = await Promise.all([connect(), connect()]);
    for (const client of idle) client.write(requestTo(CHAT, chat({}), KEY));
    await Promise.all(idle.map((client) => client.received("Done.")));
    // The one that finds the door shut opens it for the next.
    await (
      await connect()
    ).closed;
    await Promise.all(idle.map(({ closed }) => closed));
    expect((await ask(requestTo(CHAT, chat({}), KEY))).status).toContain("200");
    const [stream] = held;
    if (stream !== undefined) finish(stream, "held");
    await busy.received(DONE);
  });

  test("are counted, as their bodies are, in every ending", async () => {
    await start();
    const cut = await connect();
    cut.write(requestTo(CHAT, chat({ user: "a".repeat(500_000) }), KEY).slice(0, 200_000));
    const leaving = await begin(true);
    expect((await ask(requestTo(CHAT, chat({}), KEY))).status).toContain("200");
    expect((await ask(requestTo(CHAT, "{", KEY))).status).toContain("400");
    cut.socket.destroy();
    leaving.socket.destroy();
    await eventually(() => expect(inFlight()).toBe(0));
    const stoppedAt = performance.now();
    await (stopping = server.stop());
    // Who counts one too many waits for it, half a minute.
    expect(performance.now() - stoppedAt).toBeLessThan(25_000);
  });
});
