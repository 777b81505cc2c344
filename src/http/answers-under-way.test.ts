import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../../test/fixtures/eventually.ts";
import { OpenSocket } from "../../test/fixtures/open-socket.ts";
import { AnswersUnderWay } from "./answers-under-way.ts";

const GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const GARBAGE = "\0garbage\r\n\r\n";
const HALF_A_HEAD = "GET / HTTP/1.1\r\nhost:";
const BROKEN_BODY = "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n";
const REFUSAL = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

let server: Server;
let client: OpenSocket;
/** Answers that a test has to give. */
let held: ServerResponse[];
/** Why connections could not be read, in turn. */
let refused: string[];

beforeEach(async () => {
  held = [];
  refused = [];
  const answers = new AnswersUnderWay();
  server = createServer({ headersTimeout: 100, connectionsCheckingInterval: 20 });
  server.on("request", (_request: IncomingMessage, response: ServerResponse) => void held.push(response));
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    refused.push(error.code ?? "");
    answers.refuse(socket, () => REFUSAL);
  });
  answers.follow(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  client = await OpenSocket.to(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

afterEach(async () => {
  client.socket.destroy();
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

/** Sends requests and waits until the server has them. */
async function asked(requests: number, more = ""): Promise<void> {
  client.write(GET.repeat(requests) + more);
  await eventually(() => expect(held.length).toBeGreaterThanOrEqual(requests));
}

const wasRefused = (code: string): Promise<void> => eventually(() => expect(refused[0]).toContain(code));

const statuses = (): readonly string[] =>
  [...client.text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status = ""]) => status);

describe("bytes that cannot be read", () => {
  test("are refused where nothing is under way", async () => {
    client.write(GARBAGE);
    await client.closed;
    expect(client.text).toBe(REFUSAL);
  });

  test("behind an answer that has begun do not come into it; the connection closes when it is out", async () => {
    await asked(1);
    held[0]?.write("first");
    await client.received("first");
    client.write(GARBAGE);
    await wasRefused("HPE");
    client.write(GARBAGE);
    held[0]?.end("last");
    await client.closed;
    expect(client.text).toMatch(/first\r\n4\r\nlast\r\n0\r\n\r\n$/);
    expect(statuses()).toEqual(["200"]);
  });

  test("behind requests whose answers are still to come leave these their answers", async () => {
    await asked(3, GARBAGE);
    await wasRefused("HPE");
    for (const [n, response] of held.entries()) response.end(`answer ${n}`);
    await client.closed;
    expect(client.text.match(/answer \d/g)).toEqual(["answer 0", "answer 1", "answer 2"]);
    expect(statuses()).toEqual(["200", "200", "200"]);
  });

  test("in a body are the answer to its request", async () => {
    client.write(BROKEN_BODY);
    await client.closed;
    expect(client.text).toBe(REFUSAL);
  });

  test("in a body whose answer has begun cut this", async () => {
    client.write(BROKEN_BODY.slice(0, -4));
    await eventually(() => expect(held.length).toBe(1));
    held[0]?.write("first");
    await client.received("first");
    client.write("zz\r\n");
    await client.closed;
    expect(client.text).toMatch(/first\r\n$/);
    expect(statuses()).toEqual(["200"]);
  });

  test("in a body leave the request before it its answer", async () => {
    await asked(1, BROKEN_BODY);
    await wasRefused("HPE");
    held[0]?.end("whole");
    await client.closed;
    expect(statuses()).toEqual(["200"]);
    expect(client.text).toMatch(/whole$/);
  });

  test("at the end of what a client sends end the connection, and nothing is said in the middle of an answer", async () => {
    await asked(1);
    held[0]?.write("first");
    await client.received("first");
    client.socket.end(HALF_A_HEAD);
    await client.closed;
    expect(statuses()).toEqual(["200"]);
  });
});

test("a head that does not arrive in time does not break the answer in front of it", async () => {
  await asked(1);
  held[0]?.write("first");
  await client.received("first");
  client.write(HALF_A_HEAD);
  await wasRefused("ERR_HTTP_REQUEST_TIMEOUT");
  held[0]?.end("last");
  await client.closed;
  expect(client.text).toMatch(/last\r\n0\r\n\r\n$/);
  expect(statuses()).toEqual(["200"]);
});
