import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let server: RunningServer;

beforeAll(async () => {
  server = await startServer({
    "rollward.yaml": `${simulatedText(modelText("m-2026-01-01"))}
endpoints:
  bot:
    prompt: prompt.md
    models: [sim/m-2026-01-01]
  slow:
    models: [sim/m-2026-01-01]
    timeouts: { first_token: 200ms, idle: 200ms, total: 400ms }
  patient:
    models: [sim/m-2026-01-01]
`,
    "prompt.md": "---\nvariables:\n  customer: { required: true }\n---\nYou help {{customer}}.\n",
  });
});

afterAll(() => server.stop());

interface ErrorAnswer {
  readonly status: number;
  readonly error: { readonly code: string; readonly message: string; readonly param: string | null };
}

async function send(body: string | Buffer, key: string | null = ADMIN_KEY): Promise<ErrorAnswer> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
    body: new Uint8Array(Buffer.from(body)),
  });
  const text = await response.text();
  return { status: response.status, error: (JSON.parse(text) as { error: ErrorAnswer["error"] }).error };
}

const call = (fields: object): string =>
  JSON.stringify({
    model: "bot",
    messages: [{ role: "user", content: "hi" }],
    variables: { customer: "Ada" },
    ...fields,
  });

/** For a hostile body of 10 MB, ms of this thread, client and server together; the worst of these takes 100. */
const MOST_MS = 500;

describe("bad input gets a clear error", () => {
  test.each([
    ["malformed JSON", '{"model": "bot", "messages": [}', 400, "malformed_json"],
    ["an empty body", "", 400, "malformed_json"],
    ["a duplicate key", '{"model":"bot","model":"x","messages":[]}', 400, "malformed_json"],
    ["a byte order mark", `\ufeff${call({})}`, 400, "malformed_json"],
    [
      "deep nesting",
      call({ metadata: JSON.parse(`${"[".repeat(80)}${"]".repeat(80)}`) as unknown }),
      400,
      "malformed_json",
    ],
    ["__proto__", '{"model":"bot","messages":[],"__proto__":{}}', 400, "malformed_json"],
    ["a number out of range", '{"model":"bot","messages":[],"seed":1e400}', 400, "malformed_json"],
    ["messages of a wrong type", call({ messages: "hi" }), 400, "invalid_request"],
    ["no messages", call({ messages: [] }), 400, "invalid_request"],
    ["a model of a wrong type", call({ model: 7 }), 400, "invalid_request"],
    ["stream of a wrong type", call({ stream: "yes" }), 400, "invalid_request"],
    ["an unknown endpoint", call({ model: "nobody" }), 404, "endpoint_not_found"],
    ["an unknown model", call({ model: "sim/nobody" }), 404, "model_not_found"],
    ["an unknown provider", call({ model: "nobody/m" }), 404, "model_not_found"],
    ["a missing variable", call({ variables: {} }), 400, "variable_missing"],
    ["a caller's own base URL", call({ base_url: "http://127.0.0.1:1" }), 400, "invalid_request"],
    ["a session id that is too long", call({ metadata: { session_id: "s".repeat(300) } }), 400, "invalid_request"],
  ])("%s", async (...[_, body, status, code]) => {
    const answer = await send(body);
    expect(answer).toMatchObject({ status, error: { code } });
    expect(answer.error.message.length).toBeGreaterThan(20);
  });

  test("lists what exists when a name is unknown", async () => {
    expect((await send(call({ model: "nobody" }))).error.message).toContain("bot");
    expect((await send(call({ model: "sim/nobody" }))).error.message).toContain("m-2026-01-01");
  });

  test("a body of 50 MB is refused before it is read", async () => {
    const answer = await send(Buffer.alloc(50 * 1024 * 1024, 0x20));
    expect(answer).toMatchObject({ status: 413, error: { code: "body_too_large" } });
  });

  test.each([
    ["an empty array in an array, a million times", "[".repeat(1_000_000)],
    ["a million keys", `{${Array.from({ length: 1_100_000 }, (_, index) => `"k${index}":1`).join(",")}}`],
    ["numbers without end", `{"model":"bot","messages":[],"x":[${"1e5,".repeat(2_400_000)}`],
    ["escapes without end", `{"model":"bot","x":"${String.raw`\u00`.repeat(1_900_000)}`],
  ])("%s is refused, in little time of the processor", async (_, body) => {
    const bytes = body.slice(0, 9_900_000);
    const before = process.threadCpuUsage();
    expect(await send(bytes)).toMatchObject({ status: 400, error: { code: "malformed_json" } });
    const { user, system } = process.threadCpuUsage(before);
    // The client's sending of some 10 MB is in it. Time of the processor, because a busy machine makes all else late.
    expect((user + system) / 1_000).toBeLessThan(MOST_MS);
  });
});

describe("keys", () => {
  test("nobody calls without a key, or with one that nobody knows", async () => {
    expect(await send(call({}), null)).toMatchObject({ status: 401, error: { code: "key_missing" } });
    expect(await send(call({}), "rw_nope")).toMatchObject({ status: 401, error: { code: "key_unknown" } });
  });

  test("a key that expired or was revoked says so", async () => {
    const create = async (expires_at: string | null): Promise<{ id: string; secret: string }> => {
      const { body } = await server.ask("POST", "/api/keys", { name: "k", scopes: ["inference"], expires_at });
      const { key, secret } = body as { key: { id: string }; secret: string };
      return { id: key.id, secret };
    };
    const soon = await create(new Date(Date.now() + 3_600_000).toISOString());
    // As an hour later: only a key that is still good can be made. The server may read the keys again meanwhile.
    const { gateway, stores } = server.server.house;
    const sendLater = async (): Promise<unknown> => {
      const keys = await stores.keys.list();
      gateway.keys.replace(keys.map((key) => (key.id === soon.id ? { ...key, expiresAt: 1 } : key)));
      return send(call({}), soon.secret);
    };
    await expect.poll(sendLater).toMatchObject({ status: 401, error: { code: "key_expired" } });
    const revoked = await create(null);
    expect(
      (await fetch(`${server.url}/v1/models`, { headers: { authorization: `Bearer ${revoked.secret}` } })).status,
    ).toBe(200);
    await server.ask("DELETE", `/api/keys/${revoked.id}`);
    expect(await send(call({}), revoked.secret)).toMatchObject({ status: 401, error: { code: "key_revoked" } });
  });

  test("a key does only what its scopes and endpoints say", async () => {
    const { body } = await server.ask("POST", "/api/keys", { name: "app", scopes: ["inference"], endpoints: ["slow"] });
    const { secret } = body as { secret: string };
    expect(await send(call({}), secret)).toMatchObject({ status: 403, error: { code: "forbidden" } });
    expect(await send(call({ model: "sim/m-2026-01-01" }), secret)).toMatchObject({ status: 403 });
    const admin = await fetch(`${server.url}/api/keys`, { headers: { authorization: `Bearer ${secret}` } });
    expect(admin.status).toBe(403);
    const models = await fetch(`${server.url}/v1/models`, { headers: { authorization: `Bearer ${secret}` } });
    expect(((await models.json()) as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual(["slow"]);
  });
});

const SILENT: ReadonlySet<string> = new Set(["hang", "stall"]);

describe("a provider that misbehaves", () => {
  // Only silence is to run into a limit of time: a busy machine is no silent provider.
  const told = (fault: string, fields: object = {}): string =>
    JSON.stringify({
      model: SILENT.has(fault) ? "slow" : "patient",
      messages: [{ role: "user", content: `simulate: ${fault}` }],
      ...fields,
    });

  test.each([
    ["html", 502, "provider_bad_answer"],
    ["malformed", 502, "provider_bad_answer"],
    ["cut", 502, "provider_cut"],
    ["hang", 504, "provider_timeout"],
    ["stall", 504, "provider_timeout"],
  ])("%s is an honest error", async (fault, status, code) => {
    expect(await send(told(fault))).toMatchObject({ status, error: { code } });
  });

  test.each(["cut", "stall", "malformed"])(
    "a stream with %s ends in an error event and never looks complete",
    async (fault) => {
      const response = await fetch(`${server.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${ADMIN_KEY}` },
        body: told(fault, { stream: true }),
      });
      const text = await response.text();
      expect(text).toContain('data: {"error"');
      expect(text).not.toContain("[DONE]");
      expect(text).not.toContain('"finish_reason":"stop"');
    },
  );
});
