import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import { duplexPair } from "node:stream";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CLIENT_HEADS } from "../../../test/fixtures/client-heads.ts";
import { httpFault } from "../http-fault.ts";
import { readPlainHead } from "./read-plain-head.ts";
import type { PlainHead } from "./read-plain-head.ts";

interface NodeRead {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly fault: string | null;
  readonly bodyBytes: number;
}

/** What Node's own server reads of bytes, one request after the other; an error's code where it can read no further. */
async function asNodeReads(bytes: Buffer): Promise<readonly (NodeRead | string)[]> {
  const read: (NodeRead | string)[] = [];
  const server = createServer({ maxHeaderSize: 16 * 1024, requireHostHeader: false });
  server.maxHeadersCount = 100;
  const [client, ours] = duplexPair();
  const over = new Promise((resolve) => client.on("close", resolve));
  server.on("request", (request, response) => {
    let bodyBytes = 0;
    request.on("data", (chunk: Buffer) => void (bodyBytes += chunk.length));
    request.on("end", () => {
      const { method, url, headers } = request;
      read.push({ method, url, headers, fault: httpFault(request)?.message ?? null, bodyBytes });
      response.end();
    });
  });
  server.on("clientError", (error: NodeJS.ErrnoException) => {
    read.push(error.code ?? error.message);
    client.destroy();
  });
  server.emit("connection", ours);
  client.resume();
  client.end(bytes);
  await over;
  return read;
}

const NEXT = "GET /next HTTP/1.1\r\nhost: a\r\n\r\n";
/** Bodies up to here are sent to Node's server; longer ones are compared by what the head says. */
const MOST_SENT = 5_000;

/** Node must read what a plain head says, and the next request just behind its body. */
async function expectNodeToAgree(head: Buffer, plain: PlainHead): Promise<void> {
  const { headBytes, bodyBytes } = plain;
  const sent = Math.min(bodyBytes, MOST_SENT);
  const body = Buffer.alloc(sent, 0x20);
  const reads = await asNodeReads(Buffer.concat([head.subarray(0, headBytes), body, Buffer.from(NEXT)]));
  if (sent < bodyBytes) return expect(reads).toEqual(["HPE_INVALID_EOF_STATE"]);
  const [read, next] = reads as readonly NodeRead[];
  expect(read).toMatchObject({ method: "POST", fault: null, bodyBytes });
  expect(read?.url?.split("?")[0]).toBe(plain.path);
  expect({ ...read?.headers }).toEqual({ ...plain.headers });
  expect(next).toMatchObject({ method: "GET", url: "/next" });
}

const lines = (...all: readonly string[]): string => `${all.join("\r\n")}\r\n\r\n`;
const LINE = "POST /v1/chat/completions HTTP/1.1";
const LEAST = ["Host: 127.0.0.1", "Content-Type: application/json", "Content-Length: 2"];

describe("heads as clients send them are plain", () => {
  test.each(Object.entries(CLIENT_HEADS))("%s", async (_, head) => {
    const bytes = Buffer.from(lines(...head.trim().split("\n")));
    const plain = readPlainHead(bytes);
    expect(plain).toMatchObject({ headBytes: bytes.length, bodyBytes: 93 });
    if (plain !== null) await expectNodeToAgree(bytes, plain);
  });
});

describe("what is not plain", () => {
  test.each<readonly [string, string]>([
    ["another method", lines("GET /v1/chat/completions HTTP/1.1", ...LEAST)],
    ["a method in small letters", lines("post /v1/chat/completions HTTP/1.1", ...LEAST)],
    ["HTTP/1.0", lines("POST /v1/chat/completions HTTP/1.0", ...LEAST)],
    ["a version in small letters", lines("POST /v1/chat/completions http/1.1", ...LEAST)],
    ["an absolute target", lines("POST http://a/v1/chat/completions HTTP/1.1", ...LEAST)],
    ["a target with two slashes", lines("POST //v1/chat/completions HTTP/1.1", ...LEAST)],
    ["an escaped target", lines("POST /v1/chat%2fcompletions HTTP/1.1", ...LEAST)],
    ["two spaces", lines("POST  /v1/chat/completions HTTP/1.1", ...LEAST)],
    ["an escape in the query", lines("POST /v1/messages?a=%zz HTTP/1.1", ...LEAST)],
    ["an empty line before it", `\r\n${lines(LINE, ...LEAST)}`],
    ["no Host", lines(LINE, ...LEAST.slice(1))],
    ["no type", lines(LINE, "Host: a", "Content-Length: 2")],
    ["no length", lines(LINE, ...LEAST.slice(0, 2))],
    ["another charset", lines(LINE, "Host: a", "Content-Type: application/json; charset=latin1", "Content-Length: 2")],
    ["a form", lines(LINE, "Host: a", "Content-Type: multipart/form-data; boundary=a", "Content-Length: 2")],
    ["a length with a sign", lines(LINE, "Host: a", "Content-Type: application/json", "Content-Length: +2")],
    ["a list of lengths", lines(LINE, "Host: a", "Content-Type: application/json", "Content-Length: 2, 2")],
    ["two lengths", lines(LINE, ...LEAST, "content-length: 2")],
    ["an endless length", lines(LINE, "Host: a", "Content-Type: application/json", "Content-Length: 9999999999999")],
    ["two keys", lines(LINE, ...LEAST, "Authorization: Bearer a", "X-Api-Key: b")],
    ["two of a header", lines(LINE, ...LEAST, "x-a: b", "X-A: b")],
    ["a length spelled with an underscore", lines(LINE, ...LEAST, "content_length: 3")],
    ["a header of every object", lines(LINE, ...LEAST, "constructor: a")],
    ["an empty name", lines(LINE, ...LEAST, ": a")],
    ["a line without a colon", lines(LINE, ...LEAST, "x-a")],
    ["a space before a colon", lines(LINE, ...LEAST, "x-a : b")],
    ["a folded line", lines(LINE, ...LEAST, "x-a: b", " c")],
    ["a tab", lines(LINE, ...LEAST, "x-a:\tb")],
    ["a NUL", lines(LINE, ...LEAST, "x-a: b\0")],
    ["what is not ASCII", lines(LINE, ...LEAST, "x-a: caf\u00e9")],
    ["a bare line feed", lines(LINE, ...LEAST, "x-a: b\nx-b: c")],
    ["a bare carriage return", lines(LINE, ...LEAST, "x-a: b\rx-b: c")],
    [
      "more headers than Node takes",
      lines(LINE, ...LEAST, ...Array.from({ length: 98 }, (_, index) => `x-${index}: a`)),
    ],
    ["a head that is too long", lines(LINE, ...LEAST, `x-a: ${"a".repeat(16_384)}`)],
    ["half of a head", lines(LINE, ...LEAST).slice(0, -1)],
    ["nothing", ""],
    ...[
      "Transfer-Encoding: chunked",
      "transfer-encoding: identity",
      "Content-Encoding: gzip",
      "Expect: 100-continue",
      "Upgrade: h2c",
      "TE: trailers",
      "Trailer: x-a",
      "Connection: close",
      "Connection: keep-alive, TE",
      "Keep-Alive: timeout=5",
    ].map((line) => [line, lines(LINE, ...LEAST, line)] as const),
  ])("%s", (_, head) => {
    expect(readPlainHead(Buffer.from(head, "latin1"))).toBeNull();
  });

  test("the same head without any of it is plain", () => {
    expect(readPlainHead(Buffer.from(lines(LINE, ...LEAST)))).toMatchObject({ path: "/v1/chat/completions" });
  });
});

const oneOf = fc.constantFrom;
/** Mostly the first, which is usual. */
const mostly = <T>(usual: T, ...odd: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: oneOf(usual, ...odd) });

const spelled = (name: string): fc.Arbitrary<string> =>
  mostly(name, name.toUpperCase(), name.replaceAll("-", "_"), `${name} `, ` ${name}`, `${name}\t`);
const header = (name: string, value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(spelled(name), mostly(": ", ":", ":  ", " : ", ":\t", ""), value, mostly("", " ", "\t"))
    .map((parts) => parts.join(""));

const requestLine = fc
  .tuple(
    mostly("POST", "GET", "post", "PUT", "PRI", "CONNECT", " POST", "\r\nPOST"),
    mostly(" ", "  ", "\t"),
    mostly(
      "/v1/chat/completions",
      "/v1/messages?beta=true",
      "/v1/embeddings?",
      "http://a/v1/messages",
      "*",
      "/v1/a b",
      "/v1/messages#a",
      "//v1",
      "/",
    ),
    mostly(" HTTP/1.1", " HTTP/1.0", " HTTP/2.0", " HTTP/1.10", " http/1.1", "  HTTP/1.1", " HTTP/1.1 ", ""),
  )
  .map((parts) => parts.join(""));
const NAMES = [
  "accept",
  "user-agent",
  "x-stainless-os",
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "transfer-encoding",
  "Transfer-Encoding",
  "transfer_encoding",
  "te",
  "expect",
  "upgrade",
  "connection",
  "proxy-connection",
  "content-encoding",
  "content-length",
  "trailer",
  "host",
  "authorization",
  "x-api-key",
  "x!a",
  "x.a",
] as const;
const values = oneOf(
  "",
  "a",
  "*/*",
  "chunked",
  "identity",
  "gzip, chunked",
  "100-continue",
  "close",
  "keep-alive",
  "Keep-Alive",
  "0",
  "2",
  "a: b",
  "a\u00e9",
  "a\0",
  "a\r\n b",
  "a\nb",
  '"',
  "a;b,c",
);
const someHeader = fc.oneof(
  {
    weight: 3,
    arbitrary: header(
      "x-other",
      fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) }),
    ),
  },
  { weight: 1, arbitrary: fc.tuple(oneOf(...NAMES), values).map(([name, value]) => `${name}: ${value}`) },
);
const head = fc
  .tuple(
    requestLine,
    header("host", mostly("127.0.0.1", "", "a b")),
    header("content-type", mostly("application/json", "application/json; charset=UTF-8", "text/plain")),
    header(
      "content-length",
      fc.oneof(
        fc.nat({ max: 4_000 }).map(String),
        mostly("2", "007", "0", "", "-1", "+2", "0x2", "2 2", "2,2", "1e3", "99999999999", "18446744073709551616"),
      ),
    ),
    header("authorization", mostly("Bearer rw_a", "", "a b c")),
    fc.array(someHeader, { maxLength: 3 }),
    mostly("\r\n", "\n", "\r", "\n\r"),
  )
  .map(([line, host, type, length, key, more, end]) => [line, host, type, length, key, ...more, "", ""].join(end));

/** Bytes put in, taken out or replaced, anywhere. */
const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.nat({ max: 2 }),
  added: fc.array(oneOf(0x00, 0x09, 0x0a, 0x0d, 0x20, 0x2d, 0x3a, 0x5f, 0x61, 0x31, 0x7f, 0x80, 0xe9), {
    maxLength: 2,
  }),
});
const mutated = fc.tuple(head, fc.array(mutation, { maxLength: 2 })).map(([text, mutations]) => {
  const bytes = [...Buffer.from(text, "latin1")];
  for (const { at, removed, added } of mutations) bytes.splice(Math.floor(at * bytes.length), removed, ...added);
  return Buffer.from(bytes);
});

test("whatever is plain, Node's own parser reads in the same way", async () => {
  let agreed = 0;
  const property = fc.asyncProperty(mutated, async (bytes) => {
    const plain = readPlainHead(bytes);
    if (plain === null) return;
    await expectNodeToAgree(bytes, plain);
    agreed += 1;
  });
  // One in twenty is plain: between 160 and 260.
  await fc.assert(property, { numRuns: 4_000 });
  expect(agreed).toBeGreaterThan(100);
});
