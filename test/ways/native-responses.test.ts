import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startOpenAiPlatform } from "../fixtures/openai-platform.ts";
import type { OpenAiPlatform } from "../fixtures/openai-platform.ts";
import { ADMIN_KEY, modelText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

type Body = Readonly<Record<string, unknown>>;

let platform: OpenAiPlatform;
let server: RunningServer;

beforeAll(async () => {
  platform = await startOpenAiPlatform();
  const vendor = (name: string, speaks: string): string => `  ${name}:
    kind: openai-compatible
    base_url: ${platform.baseUrl}
    allow_private: true
    breaker: false
    speaks: [${speaks}]
    models: { big-1: { price: { input: 1, output: 2 } } }
`;
  server = await startServer({
    "rollward.yaml": `providers:
${vendor("vendor", "chat, responses")}${vendor("modern", "responses")}
  sim:
    kind: simulated
    models:${modelText("m-2026-01-01")}
endpoints:
  bot:
    models: [vendor/big-1]
  short:
    models: [vendor/big-1]
    retain_bodies: 2d
  forgetful:
    models: [vendor/big-1]
    parameters: { store: false }
  silent:
    models: [vendor/big-1]
    record: facts
  translated:
    models: [sim/m-2026-01-01]
    parameters: { store: false }
`,
  });
});

afterAll(async () => {
  await server.stop();
  await platform.close();
});

let made = 0;
const MESSAGE =
  '{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hi \\"previous_response_id\\": null","annotations":[]}]}';
const REASONING = '{"id":"rs_1","type":"reasoning","summary":[]}';
const SEALED = '{"id":"rs_2","type":"reasoning","summary":[],"encrypted_content":"gAAAA"}';
const CALL =
  '{"id":"fc_1","type":"function_call","status":"completed","call_id":"call_1","name":"look","arguments":"{}"}';

const THOUGHT = JSON.parse(SEALED) as Body;

/** With odd spacing, and a member that nobody knows. */
const documentOf = (id: string): string =>
  `{"id":"${id}", "object":"response","status":"completed","previous_response_id" : null,"new":1,"model":"big-1","output":[${REASONING},${SEALED},${MESSAGE},${CALL}],"usage":{"input_tokens":3,"output_tokens":4,"total_tokens":7}}`;

const streamOf = (id: string): string =>
  [
    `event: response.created\ndata: {"type":"response.created","sequence_number":0,"response":{"id":"${id}","previous_response_id":null}}\n\n`,
    `event: response.output_text.delta\ndata: {"type":"response.output_text.delta","sequence_number": 1,"output_index":0,"delta":"Hi"}\n\n`,
    `event: response.completed\ndata: {"type":"response.completed","sequence_number":2,"response":${documentOf(id)}}\n\n`,
  ].join("");

/** The provider answers the next request with a response of a new id. */
function answers({ stream = false } = {}): { readonly id: string; readonly text: string } {
  const id = `resp_${(made += 1)}`;
  const text = stream ? streamOf(id) : documentOf(id);
  const type = stream ? "text/event-stream" : "application/json";
  platform.next((_, response) => response.writeHead(200, { "content-type": type }).end(text));
  return { id, text };
}

const create = (body: string, key = ADMIN_KEY): Promise<Response> =>
  fetch(`${server.url}/v1/responses`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body,
  });

const stored = (id: string, rest = ""): ReturnType<RunningServer["ask"]> =>
  server.ask("GET", `/v1/responses/${id}${rest}`);
const sent = (): Body => JSON.parse(platform.last().body.toString()) as Body;

describe("a provider that takes responses", () => {
  test("gets the request as it came, and its answer is handed on as it came", async () => {
    const { id, text } = answers();
    const body = '{ "input":"Hi",  "model":"vendor/big-1","tools":[{"type":"web_search"}] }';
    const response = await create(body);
    expect(await response.text()).toBe(text);
    const { url, body: received } = platform.last();
    expect({ url, body: received.toString() }).toEqual({ url: "/v1/responses", body: body.replace("vendor/", "") });
    expect(await stored(id)).toEqual({ status: 200, body: JSON.parse(text) as unknown });
    expect(await stored(id, "?stream=true")).toMatchObject({ status: 400, body: { error: { param: "stream" } } });
    await server.server.house.gateway.recorder.flush();
    const { body: call } = await server.ask("GET", `/api/calls/${response.headers.get("x-rollward-call")}`);
    expect(call).toMatchObject({ dialect: "openai-responses", usage: { input: 3, output: 4, estimated: false } });
  });

  test("streams as it came", async () => {
    const { id, text } = answers({ stream: true });
    expect(await (await create('{"model":"bot","input":"Hi","stream":true}')).text()).toBe(text);
    expect(await stored(id)).toMatchObject({ status: 200, body: { id, status: "completed" } });
  });

  test.each([false, true])(
    "goes on with an earlier response without relying on what it keeps (stream: %s)",
    async (stream) => {
      const first = answers();
      await create('{"model":"bot","input":"Hi"}');
      const second = answers({ stream });
      const response = await create(
        `{"model":"bot","input":"And?","stream":${stream},"previous_response_id":"${first.id}"}`,
      );
      const named = `"previous_response_id":"${first.id}"`;
      const expected = second.text
        .replaceAll('"previous_response_id":null', named)
        .replaceAll('"previous_response_id" : null', named);
      expect(await response.text()).toBe(expected);
      const { id: _, ...message } = JSON.parse(MESSAGE) as Body;
      const { id: __, ...call } = JSON.parse(CALL) as Body;
      expect(sent()["previous_response_id"]).toBeUndefined();
      expect(sent()["input"]).toEqual([
        { type: "message", role: "user", content: [{ type: "input_text", text: "Hi" }] },
        JSON.parse(SEALED),
        message,
        call,
        { type: "message", role: "user", content: [{ type: "input_text", text: "And?" }] },
      ]);
      expect(await stored(second.id)).toMatchObject({ body: { previous_response_id: first.id } });
      const { body } = await stored(second.id, "/input_items?order=asc&limit=100");
      expect((body as { data: Body[] }).data.map(({ id }) => id)).toEqual([
        "item_0",
        "rs_1",
        "rs_2",
        "msg_1",
        "fc_1",
        "item_5",
      ]);
    },
  );

  test("gets the items of stored answers in place of references to them, once each", async () => {
    const first = answers();
    await create('{"model":"bot","input":"Hi"}');
    const second = answers();
    const user = { role: "user", content: "And?" };
    const references = ["rs_1", "rs_2", "msg_1", "msg_1", "fc_1"].map((id) => ({ type: "item_reference", id }));
    const body = `{ "input":${JSON.stringify([user, ...references, user])},  "model":"bot","new":12345678901234567890}`;
    expect((await create(body)).status).toBe(200);
    const { id: _, ...message } = JSON.parse(MESSAGE) as Body;
    const { id: __, ...call } = JSON.parse(CALL) as Body;
    expect(sent()["input"]).toEqual([user, JSON.parse(SEALED), message, call, user]);
    expect(platform.last().body.toString()).toContain('"new":12345678901234567890');
    const { body: items } = await stored(second.id, "/input_items?order=asc&limit=100");
    expect((items as { data: Body[] }).data.map(({ id }) => id)).toEqual([
      "item_0",
      "rs_1",
      "rs_2",
      "msg_1",
      "fc_1",
      "item_5",
    ]);
    answers();
    const reference = '{"type":"item_reference","id":"msg_1"}';
    const chained = `{"model":"bot","previous_response_id":"${first.id}","input":[${reference},${JSON.stringify(user)}]}`;
    expect((await create(chained)).status).toBe(200);
    const hello = { type: "message", role: "user", content: [{ type: "input_text", text: "Hi" }] };
    expect(sent()["input"]).toEqual([hello, JSON.parse(SEALED), message, call, user]);
  });

  test("whose own reasoning cannot go along says so, in the answer and in the record", async () => {
    const first = answers();
    expect((await create('{"model":"bot","input":"Hi"}')).headers.get("x-rollward-left-out")).toBeNull();
    const lost = '{"model":"bot","input":[{"role":"user","content":"And?"},{"type":"item_reference","id":"rs_1"}]}';
    for (const body of [`{"model":"bot","input":"And?","previous_response_id":"${first.id}"}`, lost]) {
      answers();
      const { headers } = await create(body);
      expect(headers.get("x-rollward-left-out")).toBe("reasoning");
      await server.server.house.gateway.recorder.flush();
      const { body: call } = await server.ask("GET", `/api/calls/${headers.get("x-rollward-call")}`);
      expect(call).toMatchObject({ attempts: [{ left_out: ["reasoning"] }] });
    }
    answers();
    const kept = lost.replace("rs_1", "rs_2");
    expect((await create(kept)).headers.get("x-rollward-left-out")).toBeNull();
  });

  test("gets no item that another key's answer holds, nor one whose answer was deleted", async () => {
    const text = JSON.stringify({ id: "resp_own", status: "completed", output: [{ ...THOUGHT, id: "rs_own" }] });
    platform.next((_, response) => response.writeHead(200, { "content-type": "application/json" }).end(text));
    await create('{"model":"bot","input":"Hi"}');
    const body = '{"model":"bot","input":[{"role":"user","content":"Hi"},{"type":"item_reference","id":"rs_own"}]}';
    const created = await server.ask("POST", "/api/keys", { name: "stranger", scopes: ["inference"] });
    const { secret: stranger } = created.body as { secret: string };
    const refusal = {
      status: 400,
      body: {
        error: { param: "input[1]", message: expect.stringContaining("Item with id 'rs_own' not found") as string },
      },
    };
    const before = platform.requests.length;
    const asked = async (secret: string): Promise<unknown> => {
      const response = await create(body, secret);
      return { status: response.status, body: await response.json() };
    };
    expect(await asked(stranger)).toMatchObject(refusal);
    expect(platform.requests).toHaveLength(before);
    expect(await asked(ADMIN_KEY)).toMatchObject({ status: 200 });
    expect(await server.ask("DELETE", "/v1/responses/resp_own")).toMatchObject({ status: 200 });
    expect(await asked(ADMIN_KEY)).toMatchObject(refusal);
  });

  test.each([
    ["input[0].id", '[{"type":"item_reference"}]'],
    ["input[0].id", '[{"type":"item_reference","id":7}]'],
    ["input[0]", String.raw`[{"type":"item\u005freference","id":"fc_1"}]`],
    ["input", JSON.stringify(Array.from({ length: 1_001 }, (_, id) => ({ type: "item_reference", id: `msg_${id}` })))],
  ])("is not asked where a reference is wrong: %s", async (param, input) => {
    const before = platform.requests.length;
    const response = await create(`{"model":"bot","input":${input}}`);
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 400,
      body: { error: { param } },
    });
    expect(platform.requests).toHaveLength(before);
  });

  test("is not shown reasoning that another vendor made", async () => {
    answers();
    const foreign = [
      { type: "reasoning", id: "rs_call_1_0", summary: [{ type: "summary_text", text: "Hm" }] },
      { type: "reasoning", id: "rs_x", summary: [], encrypted_content: "rollward1.WyJzIixudWxsXQ" },
    ];
    const user = { role: "user", content: "Hi" };
    await create(JSON.stringify({ model: "vendor/big-1", input: [...foreign, JSON.parse(SEALED), user] }));
    expect(sent()["input"]).toEqual([JSON.parse(SEALED), user]);
  });

  test("is asked in them by clients of other dialects where it takes nothing else", async () => {
    answers();
    const response = await server.ask("POST", "/v1/chat/completions", {
      model: "modern/big-1",
      messages: [{ role: "user", content: "Hi" }],
    });
    expect(response).toMatchObject({ status: 200, body: { choices: [{ finish_reason: "tool_calls" }] } });
    expect(platform.last().url).toBe("/v1/responses");
  });

  test.each([
    ["conversation", '"conversation":"conv_1"'],
    ["prompt", '"prompt":{"id":"pmpt_1"}'],
    ["background", '"background":true'],
    ["input[0]", '"input":[{"type":"item_reference","id":"msg_of_nobody"}]'],
    ["input[0]", '"input":[{"id":"msg_1"}]'],
  ])("is not asked for what it keeps: %s", async (param, member) => {
    const before = platform.requests.length;
    const input = member.startsWith('"input"') ? "" : '"input":"Hi",';
    const response = await create(`{"model":"vendor/big-1",${input}${member}}`);
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 400,
      body: { error: { param } },
    });
    expect(platform.requests).toHaveLength(before);
  });

  test("that breaks off is told in an event with the next number", async () => {
    const [first = "", second = ""] = streamOf("resp_x").split(/(?<=\n\n)/);
    platform.next((_, response) =>
      response.writeHead(200, { "content-type": "text/event-stream" }).end(first + second),
    );
    const text = await (await create('{"model":"bot","input":"Hi","stream":true}')).text();
    expect(text.startsWith(first + second)).toBe(true);
    const data = text.slice(text.lastIndexOf("data: ") + 6);
    expect(JSON.parse(data)).toMatchObject({ type: "error", sequence_number: 2, code: "provider_cut" });
    expect(await stored("resp_x")).toMatchObject({ status: 404 });
  });
});

describe("a response", () => {
  test.each(["forgetful", "silent"])("of the endpoint %s is not kept, whatever its client says", async (model) => {
    const { id } = answers();
    await create(`{"model":"${model}","input":"Hi","store":true}`);
    expect(await stored(id)).toMatchObject({ status: 404 });
  });

  test("says that it is not kept", async () => {
    const response = await create('{"model":"translated","input":"Hi"}');
    expect(await response.json()).toMatchObject({ store: false });
  });

  test("is kept no longer than its release keeps bytes", async () => {
    const { id } = answers();
    await create('{"model":"short","input":"Hi"}');
    const { keeper, keyId } = { keeper: server.server.house.responses, keyId: await adminKeyId() };
    const found = await keeper.find(keyId, id);
    expect((found?.expiresAt ?? 0) - (found?.createdAt ?? 0)).toBe(2 * 24 * 3_600_000);
  });

  async function adminKeyId(): Promise<string> {
    const { body } = await server.ask("GET", "/api/keys");
    return (body as { data: { id: string }[] }).data[0]?.id ?? "";
  }
});
