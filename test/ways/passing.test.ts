import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { z } from "zod";
import type { showCall } from "../../src/contract/calls.ts";
import { DOCUMENTS, SPEECH, startOpenAiPlatform } from "../fixtures/openai-platform.ts";
import type { OpenAiPlatform } from "../fixtures/openai-platform.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

type Call = z.output<typeof showCall.answer>;

let platform: OpenAiPlatform;
let server: RunningServer;
let plainKey: string;

beforeAll(async () => {
  platform = await startOpenAiPlatform();
  const price = "{ price: { input: 1, output: 2 } }";
  server = await startServer(
    {
      "rollward.yaml": `limits: { body_bytes: 64KiB }
providers:
  vendor:
    kind: openai-compatible
    base_url: ${platform.baseUrl}
    allow_private: true
    breaker: false
    models:
      image-1: ${price}
      speech-1: ${price}
      hear-1: ${price}
      hear-2: { price: { input: 0, output: 0, minute: 0.006 } }
      speech-2: { price: { input: 0, output: 0, characters: 15 } }
      image-2: { price: { input: 0, output: 0, image: 0.04 } }
  keyed:
    kind: openai-compatible
    base_url: ${platform.baseUrl}
    allow_private: true
    key_env: [KEY_ONE, KEY_TWO]
    models: { hear-1: ${price} }
  azure:
    kind: azure-openai
    base_url: ${platform.baseUrl.replace("/v1", "")}
    api_version: "2024-10-21"
    key_env: AZURE_KEY
    allow_private: true
    models: { whisper: ${price} }
  claude:
    kind: anthropic
    base_url: ${platform.baseUrl}
    allow_private: true
    key_env: CLAUDE_KEY
    models: { claude-2026-01-01: ${price} }
endpoints:
  pictures:
    models: [vendor/image-1]
    retries: { attempts: 1 }
  voice:
    models: [vendor/speech-1]
  hurried:
    models: [vendor/speech-1]
    timeouts: { first_token: 300ms, idle: 300ms }
  prompted:
    prompt: prompt.md
    models: [vendor/image-1]
`,
      "prompt.md": "Be kind.\n",
    },
    { environment: { CLAUDE_KEY: "sk-test", AZURE_KEY: "azure-secret", KEY_ONE: "one", KEY_TWO: "two" } },
  );
  const { body } = await server.ask("POST", "/api/keys", { name: "app", scopes: ["inference"] });
  plainKey = (body as { secret: string }).secret;
});

afterAll(async () => {
  await server.stop();
  await platform.close();
});

let seen = 0;
beforeEach(() => {
  seen = platform.requests.length;
});

interface Sent {
  readonly method?: string;
  readonly type?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

function send(path: string, body: string | Buffer | null, sent: Sent = {}): Promise<Response> {
  const { method = "POST", type = "application/json", key = ADMIN_KEY, headers = {}, signal } = sent;
  return fetch(`${server.url}/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body !== null && { "content-type": type }), ...headers },
    ...(body !== null && { body }),
    ...(signal !== undefined && { signal }),
  });
}

async function recordOf(id: string | null): Promise<Call> {
  await server.server.house.gateway.recorder.flush();
  return (await server.ask("GET", `/api/calls/${id}`)).body as Call;
}

const newest = async (): Promise<Call> => {
  await server.server.house.gateway.recorder.flush();
  const { body } = await server.ask("GET", "/api/calls?limit=1");
  return recordOf((body as { data: readonly { id: string }[] }).data[0]?.id ?? null);
};

const BOUNDARY = "x--y";
const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;
const field = (name: string, value: string): string =>
  `--${BOUNDARY}\r\ncontent-disposition: form-data; name=${name}\r\n\r\n${value}\r\n`;
const FILE = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\nX-Odd:  1\r\n\r\n\u0000\r\n--x-\r\n`;
const formWith = (model: string): string => `${FILE}${field("model", model)}${field("n", "1")}--${BOUNDARY}--`;

describe("what passes", () => {
  test("keeps every byte of a form but the model's, and is recorded with its seconds, whose cost is not known", async () => {
    const response = await send("audio/transcriptions", formWith("vendor/hear-1"), { type: FORM_TYPE });
    expect(await response.text()).toBe(DOCUMENTS.transcription);
    const { body, headers, url } = platform.last();
    expect(body.toString()).toBe(formWith("hear-1"));
    expect({ url, type: headers["content-type"] }).toEqual({ url: "/v1/audio/transcriptions", type: FORM_TYPE });
    const record = await recordOf(response.headers.get("x-rollward-call"));
    expect(record).toMatchObject({ dialect: "openai-audio", outcome: "ok", usage: null, cost_pico: "0" });
    expect(record.units).toEqual({ unit: "second", count: 3, priced: false });
    expect(record.bodies.request?.text).toBe(formWith("vendor/hear-1"));
  });

  test("costs by the tokens that the provider tells", async () => {
    const response = await send("images/generations", '{ "prompt":"A",  "model":"pictures" }');
    expect(await response.text()).toBe(DOCUMENTS.image);
    expect(platform.last().body.toString()).toBe('{ "prompt":"A",  "model":"image-1" }');
    const record = await recordOf(response.headers.get("x-rollward-call"));
    expect(record).toMatchObject({ release: "pictures@1", cost_pico: String(7 * 1_000_000 + 9 * 2_000_000) });
    expect(record.units).toEqual({ unit: "image", count: 1, priced: true });
  });

  test("hands sound on as it comes and keeps no large answer", async () => {
    const response = await send("audio/speech", '{"model":"voice","input":"H\u00e9","voice":"a"}');
    expect(Buffer.from(await response.arrayBuffer()).equals(SPEECH)).toBe(true);
    const record = await recordOf(response.headers.get("x-rollward-call"));
    expect(record).toMatchObject({ release: "voice@1", stream: true, usage: null });
    expect(record.units).toEqual({ unit: "character", count: 2, priced: false });
    expect(record.first_token_ms).not.toBeNull();
    expect(record.bodies.answer).toBeNull();
    expect(record.bodies.request).not.toBeNull();
  });

  test("costs by the image, the minute and the character where they have a price", async () => {
    const costOf = async (response: Response): Promise<unknown> => {
      await response.arrayBuffer();
      const { cost_pico, units } = await recordOf(response.headers.get("x-rollward-call"));
      return [cost_pico, units?.priced];
    };
    const image = await send("images/variations", formWith("vendor/image-2").replace("file", "image"), {
      type: FORM_TYPE,
    });
    expect(await costOf(image)).toEqual([String(2 * 40_000_000_000), true]);
    const heard = await send("audio/transcriptions", formWith("vendor/hear-2"), { type: FORM_TYPE });
    expect(await costOf(heard)).toEqual([String((6_000_000_000 * 3) / 60), true]);
    const spoken = await send("audio/speech", '{"model":"vendor/speech-2","input":"Hello","voice":"a"}');
    expect(await costOf(spoken)).toEqual([String(5 * 15_000_000), true]);
  });

  test("goes to the deployment at Azure, and files to its resource", async () => {
    await send("audio/transcriptions", formWith("azure/whisper"), { type: FORM_TYPE });
    const { url, headers } = platform.last();
    expect(url).toBe("/openai/deployments/whisper/audio/transcriptions?api-version=2024-10-21");
    expect(headers["api-key"]).toBe("azure-secret");
    await send("files?provider=azure&limit=1&secret=2", null, { method: "GET" });
    expect(platform.last().url).toBe("/openai/files?limit=1&api-version=2024-10-21");
  });

  test("never shows the provider a header of the client's", async () => {
    await send("files", null, {
      method: "GET",
      headers: { "x-rollward-provider": "vendor", cookie: "a=b", accept: "x/y" },
    });
    const { headers } = platform.last();
    expect(Object.keys(headers).toSorted()).toEqual(["accept", "accept-encoding", "connection", "host", "user-agent"]);
    expect(headers["accept"]).toBe("*/*");
  });
});

const FILE_ALONE = `${FILE}--${BOUNDARY}--`;

interface Refused extends Sent {
  readonly path: string;
  readonly body: string | Buffer;
  readonly status: number;
  readonly code: string;
}

describe("what passes is refused in words, and nobody is asked,", () => {
  const form = { type: FORM_TYPE };
  const plain = (): Sent => ({ key: plainKey });
  const images = "images/generations";
  const hear = "audio/translations";
  const vendorForm = (more: string): string => formWith("vendor/hear-1").replace(FILE, FILE + more);
  const claude = "claude/claude-2026-01-01";
  const invalid = { status: 400, code: "invalid_request" };
  const untranslatable = { status: 400, code: "untranslatable" };
  const notOffered = { status: 400, code: "operation_not_offered" };
  const badType = { status: 415, code: "unsupported_media_type" };
  test.each<readonly [string, Refused]>([
    ["without a prompt", { path: images, body: '{"model":"pictures"}', ...invalid }],
    ["without a model", { path: "audio/speech", body: '{"input":"a"}', ...invalid }],
    ["for images that nobody makes", { path: images, body: '{"prompt":"a"}', status: 404, code: "endpoint_not_found" }],
    ["with a prompt of the release", { path: images, body: '{"model":"prompted","prompt":"a"}', ...untranslatable }],
    ["at a provider that has none", { path: "moderations", body: `{"model":"${claude}","input":"a"}`, ...notOffered }],
    ["at a provider that takes no form", { path: hear, body: formWith(claude), ...form, ...notOffered }],
    ["with a form that is none", { path: hear, body: "--x\r\n", ...form, status: 400, code: "malformed_form" }],
    ["with two models", { path: hear, body: vendorForm(field("model", "b")), ...form, ...invalid }],
    ["with a form without a file", { path: hear, body: vendorForm("").replace(FILE, ""), ...form, ...invalid }],
    ["with an address of its own", { path: hear, body: vendorForm(field("api_base", "b")), ...form, ...invalid }],
    ["with a boundary that is none", { path: hear, body: "", type: "multipart/form-data", ...badType }],
    ["when too large", { path: hear, body: Buffer.alloc(70_000), ...form, status: 413, code: "body_too_large" }],
    ["in another type", { path: "images/edits", body: "a", type: "text/plain", ...badType }],
    ["with a file that is no form", { path: "files?provider=vendor", body: "{}", ...badType }],
    ["with a file for nobody", { path: "files", body: formWith("a"), ...form, ...invalid }],
    ["with a file for somebody unknown", { path: "files?provider=other", body: formWith("a"), ...form, ...invalid }],
    [
      "with a file for a provider that has none",
      { path: "files?provider=claude", body: FILE_ALONE, ...form, ...notOffered },
    ],
  ])("%s", async (_, { path, body, status, code, ...sent }) => {
    const response = await send(path, body, sent);
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status,
      body: { error: { code } },
    });
    expect(platform.requests).toHaveLength(seen);
  });

  test("where a key may not call models directly", async () => {
    const answers = [
      await send("audio/translations", formWith("vendor/hear-1"), { ...form, ...plain() }),
      await send("files?provider=vendor", null, { method: "GET", ...plain() }),
      await send("files/file-abc?provider=vendor", null, { method: "DELETE", ...plain() }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect((await send("images/generations", '{"model":"pictures","prompt":"a"}', plain())).status).toBe(200);
    expect(platform.requests).toHaveLength(seen + 1);
  });

  test("with the id of a file that could lead elsewhere", async () => {
    const response = await send("files/..%2Fmodels?provider=vendor", null, { method: "GET" });
    expect(response.status).toBe(400);
    expect(platform.requests).toHaveLength(seen);
  });

  test("where forms are not read", async () => {
    const response = await send("chat/completions", formWith("pictures"), form);
    expect(response.status).toBe(415);
  });
});

describe("a provider that fails where things pass", () => {
  test("is told of in its own words, with its status", async () => {
    const said = '{"error":{"message":"Bad size","type":"invalid_request_error","param":"size","code":null}}';
    platform.next((_, response) => response.writeHead(400, { "content-type": "application/json" }).end(said));
    const response = await send("images/generations", '{"model":"pictures","prompt":"a"}');
    expect({ status: response.status, text: await response.text() }).toEqual({ status: 400, text: said });
  });

  test("is asked again where that may help, with the same bytes", async () => {
    platform.next((_, response) => response.writeHead(500).end());
    const response = await send("audio/transcriptions", formWith("vendor/hear-1"), { type: FORM_TYPE });
    expect(response.status).toBe(200);
    const [first, second] = platform.requests.slice(seen);
    expect(second?.body.equals(first?.body ?? Buffer.alloc(0))).toBe(true);
  });

  test("is asked with another key when one is limited, for forms and files alike", async () => {
    for (const ask of [
      () => send("audio/translations", formWith("keyed/hear-1"), { type: FORM_TYPE }),
      () => send("files?provider=keyed", null, { method: "GET" }),
    ]) {
      platform.next((_, response) => response.writeHead(429, { "retry-after": "60" }).end());
      const before = platform.requests.length;
      expect((await ask()).status).toBe(200);
      const used = platform.requests.slice(before).map(({ headers }) => headers["authorization"]);
      expect(new Set(used)).toEqual(new Set(["Bearer one", "Bearer two"]));
    }
  });

  test.each([
    ["a web page", "text/html", "<html>Sign in</html>"],
    ["no JSON", "application/json", "oops"],
    ["an error with a good status", "application/json", '{"error":{"message":"busy"}}'],
  ])("with %s is an honest error", async (_, type, body) => {
    for (let count = 0; count < 4; count += 1) {
      platform.next((_request, response) => response.writeHead(200, { "content-type": type }).end(body));
    }
    const response = await send("images/generations", '{"model":"pictures","prompt":"a"}');
    expect(response.status).toBe(502);
    platform.calm();
  });

  test("in the middle of sound breaks the connection, and is no success", async () => {
    platform.next((_, response) => {
      response.writeHead(200, { "content-type": "audio/mpeg" });
      response.write(SPEECH.subarray(0, 10_000), () => response.socket?.destroy());
    });
    const response = await send("audio/speech", '{"model":"voice","input":"a"}');
    await expect(response.arrayBuffer()).rejects.toThrow("terminated");
    expect(await newest()).toMatchObject({ outcome: "failed", error: "provider_cut" });
  });

  test("that says nothing, or nothing more, is given up in time", async () => {
    platform.next(() => {});
    const silent = await send("audio/speech", '{"model":"hurried","input":"a"}');
    expect({ status: silent.status, body: await silent.json() }).toMatchObject({
      status: 504,
      body: { error: { code: "provider_timeout" } },
    });
    platform.next((_, response) =>
      response.writeHead(200, { "content-type": "audio/mpeg" }).write(SPEECH.subarray(0, 10_000)),
    );
    const stalled = await send("audio/speech", '{"model":"hurried","input":"a"}');
    await expect(stalled.arrayBuffer()).rejects.toThrow("terminated");
  });

  test("in the middle of events ends them with an error", async () => {
    platform.next((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end('data: {"type":"image_generation.partial_image","b64_json":"a"}\n\n');
    });
    const response = await send("images/generations", '{"model":"pictures","prompt":"a","stream":true}');
    expect(await response.text()).toContain('data: {"error":');
  });
});

test("a client that leaves stops the provider at once", async () => {
  const left = Promise.withResolvers<void>();
  platform.next((_, response) => {
    response.writeHead(200, { "content-type": "audio/mpeg" });
    response.write(SPEECH);
    response.once("close", () => left.resolve());
  });
  const leaving = new AbortController();
  const response = await send("audio/speech", '{"model":"voice","input":"a"}', { signal: leaving.signal });
  await response.body?.getReader().read();
  leaving.abort();
  await left.promise;
  await expect.poll(async () => (await newest()).outcome).toBe("abandoned");
});
