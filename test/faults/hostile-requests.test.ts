import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { completion } from "../fixtures/faulty-provider/wire.ts";
import { httpAnswer } from "../fixtures/faulty-provider/wire.ts";
import { createRudeServer } from "../fixtures/rude-server.ts";
import type { RudeServer } from "../fixtures/rude-server.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let provider: RudeServer;
let server: RunningServer;

beforeAll(async () => {
  provider = await createRudeServer((socket) => socket.write(httpAnswer("200 OK", completion("m-1", "Done."))));
  server = await startServer({
    "rollward.yaml": `environment: production
providers:
  real:
    kind: openai-compatible
    base_url: ${provider.origin}/v1
    models: { m-1: { price: { input: 1, output: 2 } } }
endpoints:
  bot: { models: [real/m-1] }
  told:
    prompt: prompt.md
    models: [real/m-1]
    parameters: { temperature: 0.5 }
`,
    "prompt.md": "You help.\n",
  });
});

afterAll(async () => {
  await server.stop();
  await provider.close();
});

interface Sent {
  readonly status: number;
  readonly text: string;
  /** The body as the provider got it, or `null` when nothing reached it. */
  readonly upstream: Buffer | null;
}

async function send(body: string | Buffer): Promise<Sent> {
  const before = provider.requests.length;
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${ADMIN_KEY}` },
    body: new Uint8Array(Buffer.from(body)),
  });
  const text = await response.text();
  const request = provider.requests[before];
  return {
    status: response.status,
    text,
    upstream: request === undefined ? null : request.subarray(request.indexOf("\r\n\r\n") + 4),
  };
}

const USER = { role: "user", content: "hi" } as const;

const call = (fields: object, model = "bot"): string => JSON.stringify({ model, messages: [USER], ...fields });

const jsonOf = ({ upstream }: Sent): Record<string, unknown> =>
  JSON.parse((upstream ?? Buffer.alloc(0)).toString()) as Record<string, unknown>;

describe.each(["bot", "told"])("a request with more than anybody expects, to the endpoint %s", (model) => {
  test("keeps fields that nobody knows", async () => {
    const unknown = { x_new_field: { deep: [1, null, "é"] }, service_tier: "flex" };
    const sent = await send(call(unknown, model));
    expect(sent.status).toBe(200);
    expect(jsonOf(sent)).toMatchObject(unknown);
  });

  test.each(["123456789012345678901234567890", "-0", "1e308", "0.1000000000000000055511151231257827", "1E+2"])(
    "hands the number %s on as it was written",
    async (number) => {
      const sent = await send(`{"model":"${model}","messages":[{"role":"user","content":"hi"}],"x_number":${number}}`);
      expect(sent.status).toBe(200);
      expect(sent.upstream?.toString()).toContain(`"x_number":${number}`);
    },
  );

  test("takes tool schemas that refer to themselves", async () => {
    const node = { type: "object", properties: { next: { $ref: "#/$defs/node" }, up: { $ref: "#" } } };
    const parameters = { type: "object", properties: { root: { $ref: "#/$defs/node" } }, $defs: { node } };
    const tools = [{ type: "function", function: { name: "walk", description: "Walks.", parameters } }];
    const sent = await send(call({ tools }, model));
    expect(sent.status).toBe(200);
    expect(jsonOf(sent)["tools"]).toEqual(tools);
  });

  test("takes 1,000 tools", async () => {
    const tools = Array.from({ length: 1_000 }, (_, index) => ({
      type: "function",
      function: { name: `tool_${index}`, parameters: { type: "object", properties: { a: { type: "string" } } } },
    }));
    const sent = await send(call({ tools }, model));
    expect(sent.status).toBe(200);
    expect(jsonOf(sent)["tools"]).toHaveLength(1_000);
  });

  test("takes 10,000 messages", async () => {
    const messages = Array.from({ length: 10_000 }, (_, index) => ({
      role: index % 2 === 0 ? "user" : "assistant",
      content: `Message ${index}.`,
    }));
    const sent = await send(call({ messages }, model));
    expect(sent.status).toBe(200);
    expect((jsonOf(sent)["messages"] as unknown[]).slice(-10_000)).toEqual(messages);
  });

  test("takes an image of some megabytes as base64, byte by byte", async () => {
    const url = `data:image/png;base64,${"iVBORw0K".repeat(900_000)}`;
    const content = [{ type: "image_url", image_url: { url } }];
    const sent = await send(call({ messages: [{ role: "user", content }] }, model));
    expect(sent.status).toBe(200);
    expect(sent.upstream?.includes(url)).toBe(true);
  });
});

describe("a request that nobody can mean", () => {
  test.each([
    ["a lone continuation byte", [0x80]],
    ["a character cut short", [0xe2, 0x82]],
    ["an overlong form", [0xc0, 0xaf]],
    ["a surrogate as bytes", [0xed, 0xa0, 0x80]],
    ["a code point beyond the last", [0xf4, 0x90, 0x80, 0x80]],
    ["bytes of UTF-16", [0xff, 0xfe]],
  ])("invalid UTF-8 is refused: %s", async (_, bytes) => {
    const [head = "", tail = ""] = call({ messages: [{ role: "user", content: "MARK" }] }).split("MARK");
    const sent = await send(Buffer.concat([Buffer.from(head), Buffer.from(bytes), Buffer.from(tail)]));
    expect(sent).toMatchObject({ status: 400, upstream: null });
    expect(sent.text).toContain('"malformed_json"');
  });

  test("an image beyond the limit on bodies is refused before anybody is asked", async () => {
    const url = `data:image/png;base64,${"A".repeat(11 * 1024 * 1024)}`;
    const sent = await send(
      call({ messages: [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }] }),
    );
    expect(sent).toMatchObject({ status: 413, upstream: null });
    expect(sent.text).toContain('"body_too_large"');
  });
});
