import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RequestReader } from "./request-reader.ts";

const post = (body: Buffer, headers = ""): Buffer =>
  Buffer.concat([
    Buffer.from(`POST /v1/x HTTP/1.1\r\nHost: a\r\n${headers}Content-Length: ${body.length}\r\n\r\n`),
    body,
  ]);

test("reads requests in any chunking, one after the other", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 30 }),
      (bodies, sizes) => {
        const wire = Buffer.concat(bodies.map((body) => post(Buffer.from(body))));
        const reader = new RequestReader();
        const read: Buffer[] = [];
        for (let start = 0, index = 0; start < wire.length; index += 1) {
          const end = start + (sizes[index % sizes.length] ?? 1);
          reader.push(wire.subarray(start, end));
          start = end;
          for (let request = reader.next(); request !== null; request = reader.next()) {
            if ("status" in request) throw new Error(request.reason);
            read.push(request.body);
          }
        }
        expect(read.map((body) => [...body])).toEqual(bodies.map((body) => [...body]));
      },
    ),
  );
});

test("never throws, whatever comes", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.uint8Array(), fc.constantFrom(Buffer.from("\r\n\r\n"), Buffer.from("POST / HTTP/1.1\r\n")))),
      (chunks) => {
        const reader = new RequestReader();
        for (const chunk of chunks) reader.push(Buffer.from(chunk));
        const read = reader.next();
        expect(read === null || "status" in read || read.method.length > 0).toBe(true);
      },
    ),
  );
});

describe("what is not acceptable", () => {
  test.each([
    { title: "two lengths", text: "POST / HTTP/1.1\r\ncontent-length: 1\r\nContent-Length: 2\r\n\r\n", status: "400" },
    { title: "a length that is no number", text: "POST / HTTP/1.1\r\ncontent-length: 1e3\r\n\r\n", status: "400" },
    { title: "a transfer encoding", text: "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n", status: "411" },
    { title: "a folded header", text: "POST / HTTP/1.1\r\na: b\r\n c\r\n\r\n", status: "400" },
    { title: "a header without a name", text: "POST / HTTP/1.1\r\n: b\r\n\r\n", status: "400" },
    { title: "another protocol", text: "POST / HTTP/2.0\r\n\r\n", status: "400" },
    { title: "a whole address as target", text: "POST http://a/ HTTP/1.1\r\n\r\n", status: "400" },
    { title: "an endless head", text: `POST / HTTP/1.1\r\na: ${"b".repeat(40_000)}`, status: "431" },
    { title: "a body over the limit", text: "POST / HTTP/1.1\r\ncontent-length: 100000000\r\n\r\n", status: "413" },
  ])("$title", ({ text, status }) => {
    const reader = new RequestReader();
    reader.push(Buffer.from(text));
    expect(reader.next()).toMatchObject({ status: expect.stringContaining(status) });
  });
});

test("knows when the client waits for leave to send, once", () => {
  const reader = new RequestReader();
  reader.push(Buffer.from("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
  expect(reader.next()).toBeNull();
  expect([reader.takeContinue(), reader.takeContinue()]).toEqual([true, false]);
  reader.push(Buffer.from("ok"));
  expect(reader.next()).toMatchObject({ body: Buffer.from("ok") });
});

test("knows whether the connection stays", () => {
  const reader = new RequestReader();
  reader.push(post(Buffer.alloc(0)));
  reader.push(post(Buffer.alloc(0), "Connection: TE, Close\r\n"));
  expect([reader.next(), reader.next()]).toMatchObject([{ keepAlive: true }, { keepAlive: false }]);
});
