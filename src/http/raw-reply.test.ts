import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRawReply } from "./raw-reply.ts";

/** Every byte there is, over and over. */
const bytes = (length: number): Buffer => Buffer.from(Uint8Array.from({ length }, (_, index) => index % 256));

const server = createServer((request, response) => {
  const reply = createRawReply(request, response, 1_000);
  const length = Number(request.headers["x-length"]);
  const pieces = Number(request.headers["x-pieces"]);
  reply.head(200, { "content-type": "application/json" });
  const whole = bytes(length);
  for (let piece = 0; piece < pieces; piece += 1) {
    reply.write(whole.subarray(Math.floor((piece * length) / pieces), Math.floor(((piece + 1) * length) / pieces)));
  }
  reply.end();
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => void server.close());

test.each([
  [0, 1],
  [1, 1],
  [256, 1],
  [5_000, 3],
  [12 * 1024, 1],
  [12 * 1024 + 1, 1],
  [200_000, 7],
])(
  "a whole answer of %i bytes in %i pieces goes out byte by byte as it is, with its length",
  async (length, pieces) => {
    const { port } = server.address() as AddressInfo;
    const headers = { "x-length": String(length), "x-pieces": String(pieces) };
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers });
    expect(answer.headers.get("content-length")).toBe(String(length));
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes(length))).toBe(true);
  },
);

test("what is to be done behind an answer is done once that is out: at once where it was streamed", async () => {
  const seen: string[] = [];
  const either = createServer((request, response) => {
    const reply = createRawReply(request, response, 1_000);
    const type = request.url === "/stream" ? "text/event-stream" : "application/json";
    reply.head(200, { "content-type": type });
    reply.end(Buffer.from("{}"));
    reply.behind?.(() => seen.push(`${type}: ${response.writableEnded}`));
    seen.push("handled");
  });
  await new Promise<void>((resolve) => either.listen(0, "127.0.0.1", resolve));
  const { port } = either.address() as AddressInfo;
  for (const path of ["/whole", "/stream"]) await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  expect(seen).toEqual(["handled", "application/json: true", "text/event-stream: true", "handled"]);
  either.close();
});

test("a client that has left before the call listens for it has left all the same", async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const slow = createServer((request, response) => {
    begin();
    response.on("close", () => createRawReply(request, response, 1_000).onAbandoned(left.resolve));
  });
  await new Promise<void>((resolve) => slow.listen(0, "127.0.0.1", resolve));
  const { port } = slow.address() as AddressInfo;
  const leaving = new AbortController();
  const answer = fetch(`http://127.0.0.1:${port}/`, { signal: leaving.signal }).catch(() => null);
  await begun;
  leaving.abort();
  await expect(left.promise).resolves.toBeUndefined();
  await answer;
  slow.close();
});
