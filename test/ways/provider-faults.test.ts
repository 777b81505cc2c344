import { createServer } from "node:http";
import type { Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { z } from "zod";
import type { showCall } from "../../src/contract/calls.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

type Call = z.output<typeof showCall.answer>;

/** One request as the provider saw it. */
interface Asked {
  readonly model: string;
  readonly key: string;
}

const KEYS = { KEY_ONE: "sk-one-11111111", KEY_TWO: "sk-two-22222222" };

const asked: Asked[] = [];
let hangUps = 0;
let upstream: Server;
let server: RunningServer;

/** An error answer; a 429 asks for half a minute. */
const refusal = (reply: ServerResponse, status: number, code: string): void => {
  const wait = status === 429 ? { "retry-after": "30" } : {};
  reply.writeHead(status, { "content-type": "application/json", ...wait });
  reply.end(JSON.stringify({ error: { message: `Simulated: ${code}.`, code } }));
};

function answer(reply: ServerResponse, model: string, stream: boolean): void {
  const usage = { prompt_tokens: 5, completion_tokens: 1, total_tokens: 6 };
  if (!stream) {
    const choices = [{ index: 0, message: { role: "assistant", content: "Hello." }, finish_reason: "stop" }];
    reply.writeHead(200, { "content-type": "application/json" });
    reply.end(JSON.stringify({ id: "a", object: "chat.completion", created: 1, model, choices, usage }));
    return;
  }
  const chunk = (rest: object): string =>
    `data: ${JSON.stringify({ id: "a", object: "chat.completion.chunk", created: 1, model, ...rest })}\n\n`;
  reply.writeHead(200, { "content-type": "text/event-stream" });
  reply.write(chunk({ choices: [{ index: 0, delta: { role: "assistant", content: "Hello." }, finish_reason: null }] }));
  reply.write(chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }));
  reply.end(`${chunk({ choices: [], usage })}data: [DONE]\n\n`);
}

/** What each model does; the name says it, up to the first dot. */
const BEHAVIOUR: Readonly<Record<string, (reply: ServerResponse, one: Asked & { stream: boolean }) => void>> = {
  good: (reply, { model, stream }) => answer(reply, model, stream),
  down: (reply) => refusal(reply, 503, "down"),
  unknown: (reply) => refusal(reply, 404, "model_not_found"),
  long: (reply) => refusal(reply, 400, "context_length_exceeded"),
  picky: (reply) => refusal(reply, 400, "unknown_parameter"),
  refused: (reply) => refusal(reply, 400, "content_policy_violation"),
  "refused-inside": (reply) => {
    reply.writeHead(200, { "content-type": "text/event-stream" });
    const error = { message: "Simulated.", type: "invalid_request_error", code: "content_policy_violation" };
    reply.end(`data: ${JSON.stringify({ error })}\n\n`);
  },
  later: (reply) => refusal(reply, 429, "rate_limit_exceeded"),
  hanging: (reply) => void reply.once("close", () => (hangUps += 1)),
  "one-limited": (reply, one) =>
    one.key === KEYS.KEY_ONE ? refusal(reply, 429, "rate_limit_exceeded") : answer(reply, one.model, one.stream),
  "one-refused": (reply, one) =>
    one.key === KEYS.KEY_ONE ? refusal(reply, 401, "invalid_api_key") : answer(reply, one.model, one.stream),
  "one-down": (reply, one) =>
    one.key === KEYS.KEY_ONE ? refusal(reply, 503, "down") : answer(reply, one.model, one.stream),
  "none-accepted": (reply) => refusal(reply, 401, "invalid_api_key"),
};

const PRICE = "{ price: { input: 1, output: 2 } }";
const MODELS = [...Object.keys(BEHAVIOUR), "good.small", "good.large", "down.skipped", "down.stood-in", "good.unknown"];

const yaml = (baseUrl: string): string => {
  const provider = (name: string, models: readonly string[], keys = "[KEY_ONE, KEY_TWO]"): string =>
    `  ${name}: { kind: openai-compatible, base_url: "${baseUrl}", key_env: ${keys}, models: { ${models.map((model) => `"${model}": ${PRICE}`).join(", ")} } }`;
  return `environment: production
providers:
${provider("p", MODELS)}
${provider("east", ["one-down.pool", "good.pool"], "KEY_ONE")}
${provider("west", ["one-down.pool", "good.pool"], "KEY_TWO")}
  pool: { kind: pool, members: { east: 1, west: 1 }, balance: weighted }
endpoints:
  one-limited: { models: [p/one-limited] }
  one-refused: { models: [p/one-refused] }
  none-accepted: { models: [p/none-accepted, p/good] }
  long: { models: [p/long, p/good] }
  longer: { models: [p/long, p/good.small], fallbacks: { context_overflow: [p/good.large] } }
  refused: { models: [p/refused, p/good] }
  refused-inside: { models: [p/refused-inside, p/good] }
  re-routed: { models: [p/refused], fallbacks: { content_policy: [p/good.small] } }
  retired: { models: [p/unknown, p/good.unknown] }
  later: { models: [p/later] }
  skipped: { models: [p/down.skipped, p/good] }
  pooled: { models: [pool/good.pool] }
  half-pooled: { models: [pool/one-down.pool] }
  hedged: { models: [p/hanging, p/good], hedge: { after: 20ms } }
  stood-in: { models: [p/down.stood-in, p/picky] }
  nowhere: { models: [p/down, p/good], fallbacks: { outage: [] } }
`;
};

beforeAll(async () => {
  upstream = createServer((request, reply) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { model, stream = false } = JSON.parse(Buffer.concat(parts).toString()) as {
        model: string;
        stream?: boolean;
      };
      const one = { model, key: (request.headers.authorization ?? "").replace("Bearer ", "") };
      asked.push(one);
      BEHAVIOUR[model.split(".")[0] ?? ""]?.(reply, { ...one, stream });
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  const { port } = upstream.address() as AddressInfo;
  server = await startServer({ "rollward.yaml": yaml(`http://127.0.0.1:${port}/v1`) }, { environment: KEYS });
});

beforeEach(() => void asked.splice(0));

afterAll(async () => {
  await server.stop();
  upstream.closeAllConnections();
  await new Promise((resolve) => upstream.close(resolve));
});

const ask = (model: string, stream = false): Promise<Response> =>
  fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }], stream }),
  });

/** The record of the call that gave this answer, after the answer was read. */
async function recordOf(response: Response): Promise<Call> {
  await response.text();
  await server.server.house.gateway.recorder.flush();
  const { body } = await server.ask("GET", `/api/calls/${response.headers.get("x-rollward-call")}`);
  return body as Call;
}

const told = ({ attempts }: Call): readonly unknown[] =>
  attempts.map(({ model, reason, end, key, error }) => [model, reason, end, key, error?.code ?? null]);

describe("several keys", () => {
  test("a limited key rests and the next one steps in; the record names it by number", async () => {
    const response = await ask("one-limited");
    expect(response.status).toBe(200);
    const call = await recordOf(response);
    expect(told(call)).toEqual([
      ["one-limited", "first", "failed", 0, "provider_rate_limited"],
      ["one-limited", "other", "answered", 1, null],
    ]);
    expect(call.tier).toBe("primary");
    for (const secret of Object.values(KEYS)) expect(JSON.stringify(call)).not.toContain(secret);
    asked.splice(0);
    await Promise.all([ask("one-limited"), ask("one-limited")]);
    expect(asked.map(({ key }) => key)).toEqual([KEYS.KEY_TWO, KEYS.KEY_TWO]);
  });

  test("a refused key rests too", async () => {
    const statuses = [];
    for (let count = 0; count < 4; count += 1) statuses.push((await ask("one-refused")).status);
    expect(statuses).toEqual([200, 200, 200, 200]);
    expect(asked.filter(({ key }) => key === KEYS.KEY_ONE).length).toBe(1);
  });

  test("when every key is refused the next model answers", async () => {
    const call = await recordOf(await ask("none-accepted"));
    expect(told(call)).toEqual([
      ["none-accepted", "first", "failed", 0, "provider_credentials"],
      ["none-accepted", "other", "failed", 1, "provider_credentials"],
      ["good", "fallback", "answered", expect.any(Number), null],
    ]);
    expect(told(await recordOf(await ask("none-accepted")))[0]).toEqual([
      "none-accepted",
      "first",
      "skipped",
      null,
      "provider_credentials",
    ]);
  });
});

describe("fallbacks by what went wrong", () => {
  test("a request that is too long goes nowhere unless the release names a larger model", async () => {
    const response = await ask("long");
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "context_length_exceeded" } });
    expect(asked).toHaveLength(1);
    const longer = await ask("longer");
    expect(longer.headers.get("x-rollward-tier")).toBe("fallback:2");
    expect(asked.slice(1).map(({ model }) => model)).toEqual(["long", "good.large"]);
  });

  test("refused content is not routed around unless the release says so", async () => {
    const response = await ask("refused");
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "content_policy_violation" } });
    expect(asked).toHaveLength(1);
    expect((await ask("re-routed")).headers.get("x-rollward-tier")).toBe("fallback:1");
  });

  test("a refusal that is told inside a stream is one as well", async () => {
    const response = await ask("refused-inside", true);
    expect(response.status).toBe(400);
    expect(asked.map(({ model }) => model)).toEqual(["refused-inside"]);
  });

  test("a model that its provider no longer knows is not asked again", async () => {
    const response = await ask("retired");
    expect(response.status).toBe(200);
    expect(asked.map(({ model }) => model)).toEqual(["unknown", "good.unknown"]);
  });

  test("a fallback that refuses the request does not speak for the model that is away", async () => {
    const response = await ask("stood-in");
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: { code: "down" } });
    expect(asked.map(({ model }) => model)).toEqual(["down.stood-in", "down.stood-in", "picky"]);
  });

  test("an empty chain asks nobody else", async () => {
    expect((await ask("nowhere")).status).toBe(503);
    expect(new Set(asked.map(({ model }) => model))).toEqual(new Set(["down"]));
  });
});

test("a wait that is too long is not waited for: the client is told, and the provider left alone until then", async () => {
  for (let count = 0; count < 3; count += 1) {
    const response = await ask("later");
    expect(response.status).toBe(429);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(25);
  }
  // One for each key.
  expect(asked).toHaveLength(2);
});

test("a model whose breaker is open is passed over, which counts against its release", async () => {
  await ask("skipped");
  const call = await recordOf(await ask("skipped"));
  expect(told(call)).toEqual([
    ["down.skipped", "first", "skipped", null, "provider_unavailable"],
    ["good", "fallback", "answered", expect.any(Number), null],
  ]);
  expect(call).toMatchObject({ tier: "fallback:1", outcome: "ok" });
  expect(asked.filter(({ model }) => model === "down.skipped")).toHaveLength(2);
});

test("a pool shares its calls out, and the record names the member that answered", async () => {
  const calls: Call[] = [];
  for (let count = 0; count < 20; count += 1) calls.push(await recordOf(await ask("pooled")));
  expect(new Set(calls.map(({ provider }) => provider))).toEqual(new Set(["east", "west"]));
  expect(new Set(calls.map(({ tier }) => tier))).toEqual(new Set(["primary"]));
  expect((await ask("pool/good.pool")).status).toBe(200);
});

test("when one member of a pool fails, another answers at once, and soon the one is not asked any more", async () => {
  const calls: Call[] = [];
  for (let count = 0; count < 20; count += 1) calls.push(await recordOf(await ask("half-pooled")));
  expect(new Set(calls.map(({ outcome, tier }) => `${outcome} ${tier}`))).toEqual(new Set(["ok primary"]));
  expect(asked.filter(({ key }) => key === KEYS.KEY_ONE)).toHaveLength(2);
  expect(calls.some(({ attempts }) => attempts.map(({ reason }) => reason).join() === "first,other")).toBe(true);
});

test("a late first token is hedged: the second model answers and the first is stopped", async () => {
  const response = await ask("hedged", true);
  expect(response.headers.get("x-rollward-tier")).toBe("fallback:1");
  const call = await recordOf(response);
  expect(told(call)).toEqual([
    ["hanging", "first", "lost", expect.any(Number), null],
    ["good", "hedge", "answered", expect.any(Number), null],
  ]);
  await expect.poll(() => hangUps).toBe(1);
});
