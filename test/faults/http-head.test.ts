import type { SimulatedProvider } from "../../src/adapters/providers/simulated/create-simulated.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sendRaw } from "../fixtures/raw-http.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const BODY = '{"model":"bot","messages":[{"role":"user","content":"hi"}]}';
const LENGTH = `content-length: ${BODY.length}\r\n`;
const HOST = "host: 127.0.0.1\r\n";
const AUTH = `authorization: Bearer ${ADMIN_KEY}\r\n`;
const JSON_TYPE = "content-type: application/json\r\n";
const LINE = "POST /v1/chat/completions HTTP/1.1\r\n";

const GOOD = `${LINE}${HOST}${AUTH}${JSON_TYPE}${LENGTH}\r\n${BODY}`;

let server: RunningServer;
/** Requests that the provider has had. */
let upstreamCalls: () => number;

beforeAll(async () => {
  server = await startServer({
    "rollward.yaml": `${simulatedText(modelText("m-2026-01-01"))}
endpoints:
  bot:
    models: [sim/m-2026-01-01]
`,
  });
  const provider = server.server.house.gateway.settings().providers.get("sim") as SimulatedProvider;
  upstreamCalls = () => provider.stats().calls;
});

afterAll(() => server.stop());

const refused: readonly (readonly [string, string | Buffer, readonly number[]])[] = [
  [
    "a content length with a transfer encoding",
    `${LINE}${HOST}${AUTH}${JSON_TYPE}${LENGTH}transfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    [400],
  ],
  [
    "a transfer encoding with a content length",
    `${LINE}${HOST}${AUTH}${JSON_TYPE}transfer-encoding: chunked\r\n${LENGTH}\r\n0\r\n\r\n`,
    [400],
  ],
  ["two content lengths", `${LINE}${HOST}${AUTH}${JSON_TYPE}${LENGTH}content-length: 5\r\n\r\n${BODY}`, [400]],
  ["a signed content length", `${LINE}${HOST}${AUTH}${JSON_TYPE}content-length: +5\r\n\r\n${BODY}`, [400]],
  ["a hexadecimal content length", `${LINE}${HOST}${AUTH}${JSON_TYPE}content-length: 0x5\r\n\r\n${BODY}`, [400]],
  ["a negative content length", `${LINE}${HOST}${AUTH}${JSON_TYPE}content-length: -1\r\n\r\n${BODY}`, [400]],
  [
    "an unknown transfer encoding",
    `${LINE}${HOST}${AUTH}${JSON_TYPE}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n`,
    [400],
  ],
  ["gzip before chunked", `${LINE}${HOST}${AUTH}${JSON_TYPE}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, [400]],
  [
    "a bad chunk size",
    `${LINE}${HOST}${AUTH}${JSON_TYPE}transfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n`,
    [400],
  ],
  ["a folded header", `${LINE}${HOST}${AUTH}x-a: b\r\n c\r\n${JSON_TYPE}${LENGTH}\r\n${BODY}`, [400]],
  ["a space before a colon", `${LINE}${HOST}${AUTH}x-a : b\r\n${JSON_TYPE}${LENGTH}\r\n${BODY}`, [400]],
  ["a NUL in a value", `${LINE}${HOST}${AUTH}x-a: b\0c\r\n${JSON_TYPE}${LENGTH}\r\n${BODY}`, [400]],
  ["a bare line feed", `POST /v1/chat/completions HTTP/1.1\nhost: a\n\n`, [400]],
  ["no Host", `${LINE}${AUTH}${JSON_TYPE}${LENGTH}\r\n${BODY}`, [400]],
  ["two Hosts", `${LINE}${HOST}host: evil\r\n${AUTH}${JSON_TYPE}${LENGTH}\r\n${BODY}`, [400]],
  [
    "HTTP/2.0 in the request line",
    `POST /v1/chat/completions HTTP/2.0\r\n${HOST}${AUTH}${JSON_TYPE}${LENGTH}\r\n${BODY}`,
    [400],
  ],
  [
    "an absolute target",
    `POST http://evil/v1/chat/completions HTTP/1.1\r\n${HOST}${AUTH}${JSON_TYPE}${LENGTH}\r\n${BODY}`,
    [400],
  ],
  ["HTTP/1.0 without Host", `POST /v1/chat/completions HTTP/1.0\r\n${AUTH}${JSON_TYPE}${LENGTH}\r\n${BODY}`, [400]],
  [
    "HTTP/1.0 with a transfer encoding",
    `POST /v1/chat/completions HTTP/1.0\r\n${HOST}${AUTH}${JSON_TYPE}connection: keep-alive\r\ntransfer-encoding: chunked\r\n\r\n${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`,
    [400],
  ],
  ["an underscore twin", `${LINE}${HOST}${AUTH}content_length: 3\r\n${JSON_TYPE}${LENGTH}\r\n${BODY}`, [400]],
  ["two authorizations", `${LINE}${HOST}${AUTH}authorization: Bearer other\r\n${JSON_TYPE}${LENGTH}\r\n${BODY}`, [401]],
  ["a key in two headers", `${LINE}${HOST}${AUTH}x-api-key: other\r\n${JSON_TYPE}${LENGTH}\r\n${BODY}`, [401]],
  [
    "Latin-1 in a header that is used",
    Buffer.from(`${LINE}${HOST}${AUTH}x-rollward-session: caf\xe9\r\n${JSON_TYPE}${LENGTH}\r\n${BODY}`, "latin1"),
    [400],
  ],
  ["a gzipped body", `${LINE}${HOST}${AUTH}content-encoding: gzip\r\n${JSON_TYPE}${LENGTH}\r\n${BODY}`, [415]],
  ["a GET with a body", `GET /v1/models HTTP/1.1\r\n${HOST}${AUTH}${LENGTH}\r\n${BODY}`, [400]],
  [
    "a flood of headers",
    `${LINE}${HOST}${AUTH}${"x-a: b\r\n".repeat(1_001)}${JSON_TYPE}${LENGTH}\r\n${BODY}`,
    [400, 431],
  ],
  ["a header of 17 kB", `${LINE}${HOST}${AUTH}x-a: ${"a".repeat(17_000)}\r\n${JSON_TYPE}${LENGTH}\r\n${BODY}`, [431]],
  ["a body that is not declared JSON", `${LINE}${HOST}${AUTH}content-type: text/plain\r\n${LENGTH}\r\n${BODY}`, [415]],
];

describe("the request head", () => {
  test.each(refused)("refuses %s, and nothing reaches a provider", async (_, request, statuses) => {
    const before = upstreamCalls();
    const answer = await sendRaw(server.url, request);
    expect(statuses).toContain(answer.status);
    expect(answer.text).toContain('"error"');
    // A call that comes after it has been answered: whatever the refused one set off, reached the provider before.
    expect((await sendRaw(server.url, GOOD)).status).toBe(200);
    expect(upstreamCalls()).toBe(before + 1);
  });

  test.each([
    ["/%zz", 400, "malformed_http"],
    [`/api/endpoints/${"a".repeat(300)}/releases`, 404, "route_not_found"],
  ] as const)("an address that cannot be read has the error of the table: %s", async (path, status, code) => {
    const answer = await sendRaw(server.url, `GET ${path} HTTP/1.1\r\n${HOST}${AUTH}\r\n`);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(`"code":"${code}"`);
  });

  test("takes a call that asks for another protocol as it is", async () => {
    const answer = await sendRaw(server.url, GOOD.replace(HOST, `${HOST}connection: upgrade\r\nupgrade: h2c\r\n`));
    expect(answer.status).toBe(200);
  });

  test("takes the same call when nothing is wrong with it", async () => {
    const before = upstreamCalls();
    expect((await sendRaw(server.url, GOOD)).status).toBe(200);
    expect(upstreamCalls()).toBe(before + 1);
  });

  test("a trailer cannot bring credentials", async () => {
    const chunked = `${LINE}${HOST}${JSON_TYPE}transfer-encoding: chunked\r\ntrailer: authorization\r\n\r\n${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n${AUTH}\r\n`;
    expect((await sendRaw(server.url, chunked)).status).toBe(401);
  });
});
