import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { EdgeLimits } from "../../src/http/edge-limits.ts";
import { OpenSocket } from "../fixtures/open-socket.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const MIB = 1024 * 1024;

/** Short enough for a test, and long beside what an honest client takes on a busy machine. */
const LIMITS: EdgeLimits = {
  headersMs: 1_500,
  requestMs: 2_500,
  checkMs: 50,
  keepAliveMs: 60_000,
  stallMs: 1_000,
  connections: 150,
  arrivingBytes: 2 * MIB,
};

const FLOOD = 100;

/** A stream of this many words is more than the system's buffers take for a client that does not read. */
const LONG_ANSWER = 60_000;

const YAML = `${simulatedText(
  modelText("m-2026-01-01"),
  modelText("long-2026-01-01").replace("answer_tokens: { median: 8", `answer_tokens: { median: ${LONG_ANSWER}`),
)}
endpoints:
  bot:
    models: [sim/m-2026-01-01]
  long:
    models: [sim/long-2026-01-01]
`;

let server: RunningServer;
let sockets: OpenSocket[] = [];

const startWith = async (edge: Partial<EdgeLimits> = {}): Promise<void> => {
  server = await startServer({ "rollward.yaml": YAML }, { edge: { ...LIMITS, ...edge } });
};

const UNKNOWN = new Error("The server has never seen this connection.");

/** When the server's end of a connection was closed, by the port of the client. */
const closedByServer = new Map<number, Promise<unknown>>();

subscribe("net.server.socket", (message) => {
  const { socket } = message as { readonly socket: Socket };
  closedByServer.set(socket.remotePort ?? 0, new Promise((resolve) => socket.once("close", resolve)));
});

beforeEach(() => {
  sockets = [];
});

afterEach(async () => {
  for (const { socket } of sockets) socket.destroy();
  await server.stop();
});

async function flood(count: number): Promise<readonly OpenSocket[]> {
  const opened = await Promise.all(Array.from({ length: count }, () => OpenSocket.to(server.url)));
  sockets.push(...opened);
  return opened;
}

/** What an honest client sends meanwhile. */
async function call(endpoint = "bot", bytes = 10): Promise<number> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json", connection: "close" },
    body: JSON.stringify({ model: endpoint, messages: [{ role: "user", content: "x".repeat(bytes) }] }),
  });
  await response.arrayBuffer();
  return response.status;
}

const headOf = (length: number): string =>
  `POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${ADMIN_KEY}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes of buffers that somebody still holds. */
function heldBytes(): number {
  // Buffers are freed in the background after a collection; the second one waits for that of the first.
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

const inFlight = async (): Promise<number> =>
  ((await server.ask("GET", "/api/health")).body as { in_flight: number }).in_flight;

describe("clients that send slowly", () => {
  test("a flood of heads that never end is cut off, and others are served meanwhile", async () => {
    await startWith();
    const slow = await flood(FLOOD);
    for (const socket of slow) socket.write("POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nx-a: ");
    // One of them sends a little all the time: what counts is the whole head.
    const trickle = setInterval(() => slow[0]?.write("a"), 20);
    expect(await call()).toBe(200);
    await Promise.all(slow.map(({ closed }) => closed));
    clearInterval(trickle);
    for (const { text } of slow) expect(text).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("connections on which nothing ever comes are closed", async () => {
    await startWith();
    const silent = await flood(FLOOD);
    expect(await call()).toBe(200);
    await Promise.all(silent.map(({ closed }) => closed));
  });

  test("a flood of bodies that never end is cut off in bounded memory, and others are served meanwhile", async () => {
    await startWith();
    const before = heldBytes();
    const slow = await flood(FLOOD);
    const part = Buffer.alloc(400_000, 0x20);
    for (const socket of slow) {
      socket.write(headOf(9_000_000));
      socket.write(part);
    }
    expect(await call()).toBe(200);
    await Promise.race(slow.map((socket) => socket.received("bodies_full")));
    expect(heldBytes() - before).toBeLessThan((FLOOD * part.length) / 4);
    await Promise.all(slow.map(({ closed }) => closed));
    const statuses = new Set(slow.map(({ text }) => /^HTTP\/1\.1 (\d+) /.exec(text)?.[1] ?? "reset"));
    expect([...statuses].filter((status) => !["408", "503", "reset"].includes(status))).toEqual([]);
    expect(statuses).toContain("408");
    // What they took is given back: a body of almost the whole bound is taken.
    expect(await call("bot", 1_900_000)).toBe(200);
  });
});

describe("clients that read slowly", () => {
  test("streams that nobody reads are let go, and their calls end", async () => {
    await startWith();
    const body = JSON.stringify({ model: "long", stream: true, messages: [{ role: "user", content: "hi" }] });
    const slow = await flood(4);
    for (const { socket } of slow) socket.pause();
    for (const socket of slow) socket.write(headOf(body.length) + body);
    await expect.poll(inFlight, { timeout: 60_000 }).toBe(slow.length);
    expect(await call()).toBe(200);
    await expect.poll(inFlight, { timeout: 60_000 }).toBe(0);
    await server.server.house.gateway.recorder.flush();
    const { body: listed } = await server.ask("GET", "/api/calls?limit=100&endpoint=long");
    const { data } = listed as { data: readonly { readonly outcome: string }[] };
    expect(data.map(({ outcome }) => outcome)).toEqual(slow.map(() => "abandoned"));
  });

  test("answers that nobody reads are let go, those of the admin API among them", async () => {
    await startWith({ arrivingBytes: 64 * MIB });
    expect(await call("bot", 8_000_000)).toBe(200);
    let id = "";
    await expect
      .poll(async () => {
        await server.server.house.gateway.recorder.flush();
        const { body } = await server.ask("GET", "/api/calls?limit=1");
        return (id = (body as { data: readonly { readonly id: string }[] }).data[0]?.id ?? "");
      })
      .toMatch(/^call_/);
    const slow = await flood(3);
    for (const { socket } of slow) socket.pause();
    const head = `GET /api/calls/${id} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${ADMIN_KEY}\r\n\r\n`;
    for (const socket of slow) socket.write(head);
    expect(await call()).toBe(200);
    // The clients notice nothing before they read.
    await Promise.all(slow.map(({ socket }) => closedByServer.get(socket.localPort ?? 0) ?? Promise.reject(UNKNOWN)));
    for (const { socket } of slow) socket.resume();
    await Promise.all(slow.map(({ closed }) => closed));
    for (const { text } of slow) {
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
      expect(text.length).toBeLessThan(length);
    }
  });
});

describe("many idle connections", () => {
  test("are closed after their time", async () => {
    await startWith({ keepAliveMs: 200 });
    const idle = await flood(FLOOD);
    for (const socket of idle) socket.write("GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
    await Promise.all(idle.map((socket) => socket.received('"status":"ok"')));
    await Promise.all(idle.map(({ closed }) => closed));
    expect(await call()).toBe(200);
  });

  test("make room for a client that wants something when there is no place left", async () => {
    await startWith({ connections: FLOOD });
    const idle = await flood(FLOOD);
    for (const socket of idle) socket.write("GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
    await Promise.all(idle.map((socket) => socket.received('"status":"ok"')));
    // The one that finds the door shut opens it for the next.
    await expect.poll(() => call().catch(() => "refused"), { timeout: 60_000 }).toBe(200);
    await Promise.all(idle.map(({ closed }) => closed));
  });
});

describe("many connections from one address", () => {
  const MOST = 6;
  const startNarrow = async (): Promise<void> => {
    const yaml = YAML.replace("endpoints:\n", `limits: { connections_per_address: ${MOST} }\nendpoints:\n`);
    server = await startServer({ "rollward.yaml": yaml }, { edge: LIMITS });
  };

  test("are no more than allowed; who is one too many is shut out, and let in when there is room", async () => {
    await startNarrow();
    const body = JSON.stringify({ model: "long", stream: true, messages: [{ role: "user", content: "hi" }] });
    const busy = await flood(MOST);
    for (const { socket } of busy) socket.pause();
    for (const socket of busy) socket.write(headOf(body.length) + body);
    await expect.poll(() => server.server.house.gateway.load.inFlight, { timeout: 60_000 }).toBe(MOST);
    const [further] = await flood(1);
    await further?.closed;
    expect(further?.text).toBe("");
    busy[0]?.socket.destroy();
    await expect.poll(() => call().catch(() => "shut out"), { timeout: 60_000 }).toBe(200);
  });

  test("make room one by one when nobody uses them: who comes is not turned away first", async () => {
    await startNarrow();
    const idle = await flood(MOST);
    for (const socket of idle) socket.write("GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
    await Promise.all(idle.map((socket) => socket.received('"status":"ok"')));
    const [fresh] = await flood(1);
    fresh?.write("GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
    await fresh?.received('"status":"ok"');
    // One of them has gone, and the others can still be used.
    await Promise.race(idle.map(({ closed }) => closed));
    const left = idle.filter(({ socket }) => !socket.closed);
    expect(left).toHaveLength(MOST - 1);
    const [other] = left;
    other?.write("GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
    await expect.poll(() => other?.text.match(/HTTP\/1\.1 200/g)?.length).toBe(2);
  });
});
