import { afterEach, beforeEach, expect, test } from "vitest";
import type { OpenSocket } from "../../test/fixtures/open-socket.ts";
import { PLAIN_PATH, PlainServer, UNPLAIN, plainRequest } from "../../test/fixtures/plain-server.ts";

let server: PlainServer;
let client: OpenSocket;

beforeEach(async () => {
  server = await PlainServer.start();
  client = await server.connect();
});

afterEach(() => server.stop());

const WEB_SOCKET = ["connection: upgrade", "upgrade: websocket"];
/** As Java's client sends it with every first request. */
const H2C = ["Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAEAAEAA", "Upgrade: h2c"];

const bodiesIn = ({ text }: OpenSocket): readonly string[] =>
  [...text.matchAll(/:([^;:]*);/g)].map(([, body = ""]) => body);

test("everything behind the wish for another protocol is read once, in its order", async () => {
  client.write(
    [plainRequest("a", ...WEB_SOCKET), plainRequest("b"), plainRequest("c", ...H2C), plainRequest("d")].join(""),
  );
  await client.received(":a;");
  await client.closed;
  // Behind answers that are not out, a wish ends the connection.
  expect(bodiesIn(client)).toEqual(["a", "b"]);
});

test("one request after the other may wish it on the same connection", async () => {
  for (let n = 0; n < 20; n += 1) {
    client.write(plainRequest(`n${n}`, ...H2C));
    await client.received(`:n${n};`);
  }
  expect(server.endOf(client).listenerCount("resume")).toBe(1);
});

test("a body that comes later is no request, whatever it says", async () => {
  const inner = plainRequest("inner");
  const outer = plainRequest(inner, UNPLAIN);
  client.write(plainRequest("first", ...WEB_SOCKET) + outer.slice(0, -inner.length));
  await client.received(":first;");
  client.write(inner + plainRequest("last"));
  await client.received(":last;");
  expect(client.text.match(/HTTP\/1\.1 200/g)).toHaveLength(3);
  expect(client.text).toContain(`node:${inner};`);
});

test("without a body, what stands behind it is the next request", async () => {
  client.write(`GET / HTTP/1.1\r\nhost: a\r\n${WEB_SOCKET.join("\r\n")}\r\n\r\n${plainRequest("next")}`);
  await client.received(":next;");
  expect(bodiesIn(client)).toEqual(["", "next"]);
});

test("in pieces and in chunks it is read as any other", async () => {
  const head = `POST ${PLAIN_PATH} HTTP/1.1\r\nhost: a\r\n${H2C.join("\r\n")}\r\ntransfer-encoding: chunked\r\n\r\n`;
  for (const piece of [head.slice(0, 40), head.slice(40), "3\r\nab", "c\r\n0\r\n", "\r\n"]) {
    client.write(piece);
    await new Promise(setImmediate);
  }
  await client.received(":abc;");
  expect(bodiesIn(client)).toEqual(["abc"]);
});

test("where headers may be missing from what Node tells, the connection ends", async () => {
  server.server.maxHeadersCount = 20;
  const many = Array.from({ length: 16 }, (_, n) => `x-${n}: a`);
  client.write(
    `POST ${PLAIN_PATH} HTTP/1.1\r\n${[...WEB_SOCKET, ...many].join("\r\n")}\r\nhost: a\r\ncontent-length: 9\r\n\r\nGET / HTT`,
  );
  await client.closed;
  expect(client.text).toBe("");
});
