import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { presentKey } from "../../src/domain/access/presented-key.ts";
import { OpenSocket } from "../fixtures/open-socket.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const yaml = (limits = ""): string => `${simulatedText(modelText("m-2026-01-01"))}${limits}
endpoints:
  bot:
    models: [sim/m-2026-01-01]
`;

let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ "rollward.yaml": yaml() });
});

afterAll(() => server.stop());

interface Health {
  readonly refused: Readonly<Record<string, number>>;
  readonly records: { readonly recorded: number; readonly waiting: number };
}

const health = async (): Promise<Health> => (await server.ask("GET", "/api/health")).body as Health;

/** The head of a request with a long body, of which nothing is sent. */
const headOf = (line: string, key: string | null, extra = ""): string =>
  `${line} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 9000000\r\n${
    key === null ? "" : `authorization: Bearer ${key}\r\n`
  }${extra}\r\n`;

const CALL = "POST /v1/chat/completions";
const UNKNOWN = presentKey(`key_${"0".repeat(26)}`, "a".repeat(64));
const MISTYPED = `${UNKNOWN.slice(0, -1)}${UNKNOWN.endsWith("0") ? "1" : "0"}`;

describe("a request without a good key", () => {
  test.each([
    ["no key", CALL, null, 401, "key_missing"],
    ["a key that nobody knows", CALL, UNKNOWN, 401, "key_unknown"],
    ["no key for files", "POST /v1/files", null, 401, "key_missing"],
    ["a key with a typing error", CALL, MISTYPED, 401, "key_mistyped"],
    ["no key for the admin API", "POST /api/apply", null, 401, "key_missing"],
    ["an unknown key for the admin API", "POST /api/keys", UNKNOWN, 401, "key_unknown"],
    ["an address that does not exist", "POST /v1/nothing", ADMIN_KEY, 404, "route_not_found"],
  ])("is refused before a byte of its body has come: %s", async (...[_, line, key, status, code]) => {
    const socket = await OpenSocket.to(server.url);
    socket.write(headOf(line, key));
    await socket.closed;
    expect(socket.text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(socket.text.toLowerCase()).toContain("connection: close");
    expect(socket.text).toContain(`"code":"${code}"`);
  });

  test("that asks whether to send its body is not told to", async () => {
    const expecting = "expect: 100-continue\r\n";
    const bad = await OpenSocket.to(server.url);
    bad.write(headOf(CALL, UNKNOWN, expecting));
    await bad.closed;
    expect(bad.text).toMatch(/^HTTP\/1.1 401 /);
    const good = await OpenSocket.to(server.url);
    good.write(headOf(CALL, ADMIN_KEY, expecting));
    await good.received("HTTP/1.1 100 Continue");
    good.socket.destroy();
  });

  test("with a key that may not use the admin API is refused before its body, too", async () => {
    const { body } = await server.ask("POST", "/api/keys", { name: "app", scopes: ["inference"] });
    const socket = await OpenSocket.to(server.url);
    socket.write(headOf("POST /api/apply", (body as { secret: string }).secret));
    await socket.closed;
    expect(socket.text).toMatch(/^HTTP\/1.1 403 /);
    expect(socket.text).toContain('"code":"forbidden"');
  });

  test("keeps its connection when there is no body to read", async () => {
    const socket = await OpenSocket.to(server.url);
    socket.write("GET /v1/models HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
    await socket.received("key_missing");
    socket.write("GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
    await socket.received('"status":"ok"');
    expect(socket.socket.closed).toBe(false);
    socket.socket.destroy();
  });

  test("is counted by its fault and recorded nowhere", async () => {
    const before = await health();
    for (let turn = 0; turn < 20; turn += 1) {
      const response = await fetch(`${server.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer guess-${turn}` },
        body: '{"model":"bot","messages":[{"role":"user","content":"hi"}]}',
      });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ error: { code: "key_unknown", type: "authentication_error" } });
    }
    await server.server.house.gateway.recorder.flush();
    const after = await health();
    expect(after.refused["key_unknown"]).toBe((before.refused["key_unknown"] ?? 0) + 20);
    expect(after.records).toEqual(before.records);
    const { body } = await server.ask("GET", "/api/calls?limit=100");
    expect(body).toEqual({ data: [], behind: 0 });
  });
});

describe("the limit of request bodies", () => {
  const apply = (limits: string) =>
    server.ask("POST", "/api/apply", { main: "rollward.yaml", files: { "rollward.yaml": yaml(limits) } });
  const call = async (bytes: number): Promise<number> => {
    const { status } = await server.ask("POST", "/v1/chat/completions", {
      model: "bot",
      messages: [{ role: "user", content: "x".repeat(bytes) }],
    });
    return status;
  };

  test("is the one that was applied last, without a restart", async () => {
    expect(await call(50_000)).toBe(200);
    expect(await apply("limits: { body_bytes: 20KiB }\n")).toMatchObject({ status: 200, body: { applied: true } });
    expect(await call(50_000)).toBe(413);
    expect(await call(10_000)).toBe(200);
    await apply("limits: { body_bytes: 20MiB }\n");
    expect(await call(15_000_000)).toBe(200);
    await apply("");
    expect(await call(15_000_000)).toBe(413);
  });
});
