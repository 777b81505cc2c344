import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { completion, httpAnswer } from "../fixtures/faulty-provider/wire.ts";
import { createRudeServer } from "../fixtures/rude-server.ts";
import type { RudeServer } from "../fixtures/rude-server.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

/** No answer may take longer, ms: hanging is worse than any error. */
const LIMIT_MS = 20_000;

let provider: RudeServer;
let server: RunningServer;

const MESSAGE = JSON.stringify({
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-1",
  content: [{ type: "text", text: "Done." }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 },
});

beforeAll(async () => {
  provider = await createRudeServer((socket, n) => {
    const isClaude = provider.requests[n]?.toString("latin1", 0, 40).includes("/messages") === true;
    socket.write(httpAnswer("200 OK", isClaude ? MESSAGE : completion("m-1", "Done.")));
  });
  const project = {
    "rollward.yaml": `environment: production
providers:
  chat:
    kind: openai-compatible
    base_url: ${provider.origin}/v1
    models: { m-1: { price: { input: 1, output: 2 } } }
  claude:
    kind: anthropic
    base_url: ${provider.origin}/v1
    key_env: CLAUDE_KEY
    models: { claude-sonnet-4-5-20250929: { price: { input: 1, output: 2 } } }
endpoints:
  chat: { models: [chat/m-1] }
  claude: { models: [claude/claude-sonnet-4-5-20250929] }
`,
  };
  server = await startServer(project, { environment: { CLAUDE_KEY: "key" } });
});

afterAll(async () => {
  await server.stop();
  await provider.close();
});

interface Sent {
  readonly status: number;
  readonly text: string;
  /** The body as the provider got it, or `null` when nothing reached it. */
  readonly upstream: string | null;
}

type Body = Readonly<Record<string, unknown>>;

/** A dialect: where it is spoken, and how a question is put with tools. */
interface Way {
  readonly name: string;
  readonly path: string;
  /** The endpoint whose provider speaks another dialect, and the one whose provider speaks this one. */
  readonly across: string;
  readonly along: string | null;
  ask(said: readonly string[]): Body;
  tool(name: string, schema: object): object;
  image(url: string): Body;
}

const WAYS: readonly Way[] = [
  {
    name: "chat completions",
    path: "/v1/chat/completions",
    across: "claude",
    along: "chat",
    ask: (said) => ({ messages: said.map((content, index) => ({ role: roleAt(index), content })) }),
    tool: (name, parameters) => ({ type: "function", function: { name, parameters } }),
    image: (url) => ({ messages: [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }] }),
  },
  {
    name: "responses",
    path: "/v1/responses",
    across: "claude",
    along: null,
    ask: (said) => ({ input: said.map((content, index) => ({ role: roleAt(index), content })) }),
    tool: (name, parameters) => ({ type: "function", name, parameters }),
    image: (url) => ({ input: [{ role: "user", content: [{ type: "input_image", image_url: url }] }] }),
  },
  {
    name: "messages",
    path: "/v1/messages",
    across: "chat",
    along: "claude",
    ask: (said) => ({ max_tokens: 99, messages: said.map((content, index) => ({ role: roleAt(index), content })) }),
    tool: (name, input_schema) => ({ name, input_schema }),
    image(url) {
      const [, media_type = "image/png", data = ""] = /^data:([^;,]*)[^,]*,(.*)$/s.exec(url) ?? [];
      const source = { type: "base64", media_type, data };
      return { max_tokens: 99, messages: [{ role: "user", content: [{ type: "image", source }] }] };
    },
  },
];

const roleAt = (index: number): string => (index % 2 === 0 ? "user" : "assistant");

async function send(way: Way, body: string | Buffer): Promise<Sent> {
  const before = provider.requests.length;
  const response = await fetch(`${server.url}${way.path}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${ADMIN_KEY}` },
    body: new Uint8Array(Buffer.from(body)),
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  const text = await response.text();
  const request = provider.requests[before];
  const upstream = request === undefined ? null : request.subarray(request.indexOf("\r\n\r\n") + 4).toString();
  return { status: response.status, text, upstream };
}

/** A question as text, with members that no JSON writer would write. */
const raw = (way: Way, model: string, members: string): string =>
  `{"model":"${model}",${JSON.stringify(way.ask(["hi"])).slice(1, -1)},${members}}`;

const question = (way: Way, model: string, more: Body = {}): string =>
  JSON.stringify({ model, ...way.ask(["hi"]), ...more });

const errorIn = ({ text }: Sent): { readonly message: string; readonly code?: string; readonly param?: string } =>
  (JSON.parse(text) as { error: { message: string } }).error;

describe.each(WAYS)("a translated request of $name", (way) => {
  test("with a field that nobody knows is refused by the field's name", async () => {
    const sent = await send(way, question(way, way.across, { x_new_field: { deep: [1, null] } }));
    expect(sent).toMatchObject({ status: 400, upstream: null });
    expect(errorIn(sent).message).toContain("x_new_field");
  });

  test.each([
    ["1e400", '"temperature":1e400'],
    ["a number of 400 digits", `"temperature":${"9".repeat(400)}`],
    ["2^63 where an integer is wanted", '"max_tokens":9223372036854775808,"max_output_tokens":9223372036854775808'],
    ["half of an integer", '"top_k":1.5,"max_output_tokens":1.5'],
    ["a text where a number is wanted", '"temperature":"hot"'],
  ])("with %s is refused and nobody is asked", async (_, members) => {
    const body = raw(way, way.across, members).replace(
      '"max_tokens":99,',
      members.includes("max_tokens") ? "" : '"max_tokens":99,',
    );
    const sent = await send(way, body);
    expect(sent).toMatchObject({ status: 400, upstream: null });
    expect(errorIn(sent).message.length).toBeGreaterThan(20);
  });

  test.each([
    ["a lone surrogate", '"user":"\\ud800"'],
    ["the second half of a pair alone", '"user":"\\udc00 x"'],
    ["a key twice", '"user":"a","user":"b"'],
    ["a key twice in a tool", '"tools":[{"name":"a","name":"b"}]'],
    ["65 levels", `"metadata":{"x":${"[".repeat(64)}${"]".repeat(64)}}`],
    ["__proto__", '"__proto__":{"user":"a"}'],
    ["a comment", '/* hi */"user":"a"'],
    ["NaN", '"temperature":NaN'],
  ])("with %s is refused as malformed", async (_, members) => {
    const sent = await send(way, raw(way, way.across, members));
    expect(sent).toMatchObject({ status: 400, upstream: null });
    expect(errorIn(sent).message.length).toBeGreaterThan(20);
  });

  test.each([
    ["a lone continuation byte", [0x80]],
    ["a character cut short", [0xe2, 0x82]],
    ["a surrogate as bytes", [0xed, 0xa0, 0x80]],
    ["a code point beyond the last", [0xf4, 0x90, 0x80, 0x80]],
  ])("with invalid UTF-8 is refused: %s", async (_, bytes) => {
    const [head = "", tail = ""] = question(way, way.across, { user: "MARK" }).split("MARK");
    const sent = await send(way, Buffer.concat([Buffer.from(head), Buffer.from(bytes), Buffer.from(tail)]));
    expect(sent).toMatchObject({ status: 400, upstream: null });
  });

  test("keeps a tool's schema that refers to itself, and its integers beyond a double", async () => {
    const node = { type: "object", properties: { next: { $ref: "#/$defs/node" }, up: { $ref: "#" } } };
    const schema = {
      type: "object",
      properties: { root: { $ref: "#/$defs/node" }, n: { maximum: "BIG" } },
      $defs: { node },
    };
    const body = question(way, way.across, { tools: [way.tool("walk", schema)] });
    const sent = await send(way, body.replace('"BIG"', "18446744073709551615"));
    expect(sent.status).toBe(200);
    expect(sent.upstream).toContain(JSON.stringify(schema).replace('"BIG"', "18446744073709551615"));
  });

  test("takes 1,000 tools", async () => {
    const schema = { type: "object", properties: { a: { type: "string" } } };
    const tools = Array.from({ length: 1_000 }, (_, index) => way.tool(`tool_${index}`, schema));
    const sent = await send(way, question(way, way.across, { tools }));
    expect(sent.status).toBe(200);
    expect((JSON.parse(sent.upstream ?? "{}") as { tools: unknown[] }).tools).toHaveLength(1_000);
  });

  test("takes 9,999 messages, in their order", async () => {
    const said = Array.from({ length: 9_999 }, (_, index) => `Message ${index}.`);
    const sent = await send(way, JSON.stringify({ model: way.across, ...way.ask(said) }));
    expect(sent.status).toBe(200);
    const { messages } = JSON.parse(sent.upstream ?? "{}") as { messages: readonly object[] };
    const texts = messages.map((message) => /Message \d+\./.exec(JSON.stringify(message))?.[0]);
    expect(texts).toEqual(said);
  });

  test("carries an image of some megabytes, byte by byte", async () => {
    const data = "iVBORw0K".repeat(900_000);
    const sent = await send(way, JSON.stringify({ model: way.across, ...way.image(`data:image/png;base64,${data}`) }));
    expect(sent.status).toBe(200);
    expect(sent.upstream?.includes(data)).toBe(true);
  });

  test("with an image beyond the limit on bodies is refused before anybody is asked", async () => {
    const url = `data:image/png;base64,${"A".repeat(11 * 1024 * 1024)}`;
    const sent = await send(way, JSON.stringify({ model: way.across, ...way.image(url) }));
    expect(sent).toMatchObject({ status: 413, upstream: null });
  });
});

describe.each(WAYS.filter(({ along }) => along !== null))("a request of $name that passes", (way) => {
  test.each([
    ["fields that nobody knows", '"x_new_field":{"deep":[1,null,"é"]}'],
    ["an integer of 400 digits", `"x":${"9".repeat(300)}`],
    ["2^63", '"x":9223372036854775808'],
    ["a number as nobody writes it", '"x":[1E+2,-0,0.10]'],
    ["escapes as nobody writes them", '"x":"\\u00e9\\/\\ud83c\\udf1e"'],
    [
      "a schema that refers to itself",
      '"tools":[{"name":"a","input_schema":{"$ref":"#"},"function":{"parameters":{"$ref":"#"}}}]',
    ],
  ])("keeps %s, byte by byte", async (_, members) => {
    const sent = await send(way, raw(way, way.along ?? "", members));
    expect(sent.status).toBe(200);
    expect(sent.upstream).toContain(members);
  });
});

describe.each(WAYS.filter(({ name }) => name !== "messages"))("an address in a request of $name", (way) => {
  test.each([
    ["with no data", "data:image/png;base64"],
    ["with a media type of a megabyte", `data:${"a".repeat(1_000_000)};base64,AAAA`],
    ["in percent signs", "data:image/png,%89PNG"],
    ["of a page", "data:text/html;base64,AAAA"],
    ["of a file of the server", "file:///etc/passwd"],
    ["that is none", "https://"],
    ["in a megabyte", `gopher://${"a".repeat(1_000_000)}`],
  ])("%s is refused, and nobody is asked", async (_, url) => {
    const sent = await send(way, JSON.stringify({ model: way.across, ...way.image(url) }));
    expect(sent).toMatchObject({ status: 400, upstream: null });
    expect(sent.text.length).toBeLessThan(2_000);
  });
});

describe("a text document as base64", () => {
  const asked = (data: string): string =>
    JSON.stringify({
      model: "claude",
      messages: [
        {
          role: "user",
          content: [{ type: "file", file: { file_data: `data:text/plain;base64,${data}`, filename: "a" } }],
        },
      ],
    });
  const [chat] = WAYS;

  test("that is text goes to a provider that wants it plain", async () => {
    if (chat === undefined) throw new Error("Chat completions are missing.");
    const sent = await send(chat, asked(Buffer.from("Grüße").toString("base64")));
    expect(sent.upstream).toContain('"data":"Grüße"');
  });

  test.each([
    ["no base64", "!!!!"],
    ["base64 with something between", "R3L*8w58"],
    ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x00]).toString("base64")],
  ])("that is %s is refused by name instead of being sent damaged", async (_, data) => {
    if (chat === undefined) throw new Error("Chat completions are missing.");
    const sent = await send(chat, asked(data));
    expect(sent).toMatchObject({ status: 400, upstream: null });
    expect(errorIn(sent).message).toContain("file_data");
  });
});

describe("a conversation that was held with another model", () => {
  test("goes on without the thoughts that this one cannot check, and the answer says so", async () => {
    const body = {
      model: "claude",
      max_tokens: 99,
      messages: [
        { role: "user", content: "Hi" },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "Hm.", signature: "rollward1.WyJSMlZ0YVc1cCIsbnVsbCwiZ29vZ2xlIl0" },
            { type: "text", text: "Hello." },
          ],
        },
        { role: "user", content: "Why?" },
      ],
    };
    const before = provider.requests.length;
    const response = await fetch(`${server.url}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": ADMIN_KEY },
      body: JSON.stringify(body),
    });
    expect(response.headers.get("x-rollward-left-out")).toBe("reasoning");
    const upstream = provider.requests[before]?.toString() ?? "";
    expect(upstream).not.toContain("rollward1");
    expect(upstream).toContain('{"role":"assistant","content":[{"type":"text","text":"Hello."}]}');
    const call = response.headers.get("x-rollward-call") ?? "";
    await expect
      .poll(async () => JSON.stringify((await server.ask("GET", `/api/calls/${call}`)).body))
      .toContain('"left_out":["reasoning"]');
  });
});
