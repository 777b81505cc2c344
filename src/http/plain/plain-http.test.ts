import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../../../test/fixtures/eventually.ts";
import type { OpenSocket } from "../../../test/fixtures/open-socket.ts";
import { PlainServer, UNPLAIN, echo, plainRequest } from "../../../test/fixtures/plain-server.ts";
import type { EdgeLimits } from "../edge-limits.ts";

let server: PlainServer;

beforeEach(async () => {
  server = await PlainServer.start();
});

afterEach(() => server.stop());

const restart = async (limits: Partial<EdgeLimits>, bodyBytes?: number): Promise<void> => {
  await server.stop();
  server = await PlainServer.start(limits, bodyBytes);
};

/** Which way answered with what, in the order in which it came. */
const answersIn = ({ text }: OpenSocket): readonly string[] =>
  [...text.matchAll(/(plain|node):([^;]*);/g)].map(([, way, body = ""]) => `${way} ${body}`);

const arrived = (client: OpenSocket, bytes: number): Promise<void> =>
  eventually(() => expect(server.endOf(client).bytesRead).toBe(bytes));

/** A gate that calls wait at. */
function gate(): { readonly open: () => void; readonly passed: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { open: resolve, passed: promise };
}

describe("a request", () => {
  test("cut anywhere into two pieces has the same answer", async () => {
    const request = plainRequest("0123456789");
    const cuts = Array.from({ length: request.length - 1 }, (_, index) => index + 1);
    const clients = await Promise.all(cuts.map(() => server.connect()));
    clients.forEach((client, index) => client.write(request.slice(0, cuts[index])));
    await Promise.all(clients.map((client, index) => arrived(client, cuts[index] ?? 0)));
    clients.forEach((client, index) => client.write(request.slice(cuts[index])));
    await Promise.all(clients.map((client) => client.received(":0123456789;")));
    const body = request.length - "0123456789".length;
    // A head lies in one piece, or it is for Node.
    clients.forEach((client, index) => {
      expect(answersIn(client)).toEqual([`${(cuts[index] ?? 0) < body ? "node" : "plain"} 0123456789`]);
    });
  });

  test("of megabytes in many pieces is whole, and its bytes are counted until then", async () => {
    const body = Buffer.from(Array.from({ length: 500_000 }, (_, index) => String(index).padStart(10, "-")).join(""));
    let got: Buffer | null = null;
    server.serve = (request) => {
      got = request.body;
      return echo("plain")({ ...request, body: Buffer.from("all") });
    };
    const client = await server.connect();
    const [head] = plainRequest("").split("content-length");
    const lines = `${head}content-length: ${body.length}\r\n\r\n`;
    client.write(lines);
    for (let at = 0; at < 4_000_000; at += 99_999) client.write(body.subarray(at, Math.min(at + 99_999, 4_000_000)));
    await arrived(client, lines.length + 4_000_000);
    expect(server.heldBytes()).toBeGreaterThan(3_900_000);
    client.write(body.subarray(4_000_000));
    await client.received("plain:all;");
    expect(server.heldBytes()).toBe(0);
    expect(body.equals(got ?? Buffer.alloc(0))).toBe(true);
  });

  test("with a body beyond the limit is for Node", async () => {
    await restart({}, 100);
    const client = await server.connect();
    client.write(plainRequest("a".repeat(101)) + plainRequest("b"));
    await client.received(":b;");
    expect(answersIn(client)).toEqual([`node ${"a".repeat(101)}`, "node b"]);
  });

  test("for whose body there is no room is for Node, and gives back what it held", async () => {
    await restart({ arrivingBytes: 100_000 });
    const client = await server.connect();
    const body = "a".repeat(200_000);
    client.write(plainRequest(body));
    await client.received(`${body};`);
    expect(answersIn(client)).toEqual([`node ${body}`]);
    expect(server.arriving.take(100_000)).toBe(true);
  });

  test("whose head the call refuses is for Node, whatever came before it", async () => {
    const client = await server.connect();
    client.write(plainRequest("a") + plainRequest("b", "x-bad: 1"));
    await client.received(":b;");
    expect(answersIn(client)).toEqual(["plain a", "node b"]);
  });

  test("that fails before it is answered is for Node, with all that came behind it", async () => {
    for (const fail of [
      () => Promise.reject(new Error("no")),
      () => {
        throw new Error("no");
      },
    ]) {
      server.serve = fail;
      const client = await server.connect();
      client.write(plainRequest("a") + plainRequest("b"));
      await client.received(":b;");
      expect(answersIn(client)).toEqual(["node a", "node b"]);
    }
    await eventually(() => expect(server.underWay).toBe(0));
  });

  test("that fails when its answer has begun breaks the connection", async () => {
    server.serve = ({ reply }) => {
      reply().head(200, { "content-type": "text/event-stream" });
      return Promise.reject(new Error("no"));
    };
    const client = await server.connect();
    client.write(plainRequest("a"));
    await client.closed;
    await eventually(() => expect(server.underWay).toBe(0));
  });
});

describe("requests that are sent ahead", () => {
  test("are answered one after the other, in their order", async () => {
    let most = 0;
    server.serve = async (request) => {
      most = Math.max(most, server.underWay);
      await new Promise(setImmediate);
      await echo("plain")(request);
    };
    const client = await server.connect();
    const bodies = Array.from({ length: 50 }, (_, index) => `n${index}`);
    client.write(bodies.map((body) => plainRequest(body)).join(""));
    await client.received(":n49;");
    expect(answersIn(client)).toEqual(bodies.map((body) => `plain ${body}`));
    expect(most).toBe(1);
    expect(server.underWay).toBe(0);
  });

  test("find the books of those before closed, however many answers leave together", async () => {
    const seen = new Map<string, string[]>();
    server.serve = async ({ reply, body }) => {
      const [client = "", turn = ""] = body.toString().split(" ");
      const own = seen.get(client) ?? [];
      seen.set(client, [...own, `${turn} begins`]);
      const answer = reply();
      await Promise.resolve();
      answer.head(200, { "content-type": "application/json" });
      answer.end(Buffer.from(`plain:${turn};`));
      await Promise.resolve();
      answer.behind?.(() => seen.get(client)?.push(`${turn} is booked`));
    };
    const turns = ["1", "2", "3"];
    // More than are written at once in the middle of a turn.
    const clients = await Promise.all(Array.from({ length: 20 }, () => server.connect()));
    clients.forEach((client, index) => client.write(turns.map((turn) => plainRequest(`c${index} ${turn}`)).join("")));
    await Promise.all(clients.map((client) => client.received(":3;")));
    await eventually(() => expect([...seen.values()].every((events) => events.length === 6)).toBe(true));
    const inOrder = turns.flatMap((turn) => [`${turn} begins`, `${turn} is booked`]);
    expect([...seen.values()]).toEqual(clients.map(() => inOrder));
  });

  test("go to Node's server from the first that is not plain, and no sooner", async () => {
    const client = await server.connect();
    client.write(plainRequest("a") + plainRequest("b") + plainRequest("c", UNPLAIN) + plainRequest("d"));
    await client.received(":d;");
    expect(answersIn(client)).toEqual(["plain a", "plain b", "node c", "node d"]);
  });

  test("wait for the end of a stream", async () => {
    const { open, passed } = gate();
    server.serve = async (request) => {
      if (request.body.toString() !== "a") return echo("plain")(request);
      const reply = request.reply();
      reply.head(200, { "content-type": "text/event-stream" });
      reply.write(Buffer.from("data: 1\n\n"));
      await passed;
      reply.end(Buffer.from("plain:a;"));
    };
    const client = await server.connect();
    const [first, rest] = [plainRequest("a"), plainRequest("b") + plainRequest("c", UNPLAIN)];
    client.write(first);
    await client.received("data: 1");
    client.write(rest);
    await arrived(client, first.length + rest.length);
    expect(answersIn(client)).toEqual([]);
    open();
    await client.received(":c;");
    expect(answersIn(client)).toEqual(["plain a", "plain b", "node c"]);
  });

  test("are taken as they are answered, and not held before", async () => {
    const count = 2_000;
    const request = plainRequest("b".repeat(1_000));
    const waiting: (() => void)[] = [];
    let isOpen = false;
    server.serve = async (each) => {
      if (!isOpen) await new Promise<void>((resolve) => waiting.push(resolve));
      await echo("plain")({ ...each, body: Buffer.from("x") });
    };
    const client = await server.connect();
    client.write(request.repeat(count));
    for (let answered = 1; answered <= 30; answered += 1) {
      await eventually(() => expect(waiting).toHaveLength(1));
      // What is ahead, and what a paused socket of Node's takes by itself; in all, not after each answer.
      expect(server.endOf(client).bytesRead - answered * request.length).toBeLessThan(400_000);
      waiting.shift()?.();
      await new Promise(setImmediate);
    }
    isOpen = true;
    for (const go of waiting) go();
    await eventually(() => expect(answersIn(client)).toHaveLength(count));
  });
});

describe("a client that leaves", () => {
  test("in the middle of a body holds nothing any more", async () => {
    const client = await server.connect();
    const part = plainRequest("a".repeat(2_000_000)).slice(0, 1_000_000);
    client.write(part);
    await arrived(client, part.length);
    expect(server.underWay).toBe(1);
    expect(server.heldBytes()).toBeGreaterThan(900_000);
    client.socket.destroy();
    await eventually(() => expect(server.underWay).toBe(0));
    expect(server.heldBytes()).toBe(0);
  });

  test("by saying that it sends no more, in the middle of a body, is told so", async () => {
    const client = await server.connect();
    client.socket.end(plainRequest("a".repeat(100)).slice(0, -1));
    await client.closed;
    expect(client.text).toMatch(/^HTTP\/1\.1 400 /);
    await eventually(() => expect(server.underWay).toBe(0));
  });

  test("by saying that it sends no more is not answered, and its call stops", async () => {
    const stopped = gate();
    server.serve = async ({ reply }) => {
      reply().onAbandoned(stopped.open);
      await stopped.passed;
    };
    const client = await server.connect();
    client.socket.end(plainRequest("a") + plainRequest("b", UNPLAIN));
    await Promise.all([client.closed, stopped.passed]);
    expect(client.text).toBe("");
    await eventually(() => expect(server.underWay).toBe(0));
  });

  test("before its call listens for it stops the call all the same", async () => {
    const { open, passed } = gate();
    const stopped = gate();
    server.serve = async ({ reply }) => {
      await passed;
      reply().onAbandoned(stopped.open);
    };
    const client = await server.connect();
    client.write(plainRequest("a"));
    await eventually(() => expect(server.underWay).toBe(1));
    client.socket.destroy();
    await eventually(() => expect(server.underWay).toBe(0));
    open();
    await stopped.passed;
  });

  test("before its answer is taken over is told to whoever asked", async () => {
    const signal = Promise.withResolvers<AbortSignal>();
    const { open, passed } = gate();
    server.serve = async ({ gone }) => {
      signal.resolve(gone());
      await passed;
      throw new Error("It is not there.");
    };
    const client = await server.connect();
    client.write(plainRequest("1"));
    const told = await signal.promise;
    expect(told.aborted).toBe(false);
    client.socket.destroy();
    await eventually(() => expect(told.aborted).toBe(true));
    open();
    await eventually(() => expect(server.underWay).toBe(0));
  });

  test("before its call fails is counted once", async () => {
    const { open, passed } = gate();
    server.serve = async () => {
      await passed;
      throw new Error("no");
    };
    const client = await server.connect();
    client.write(plainRequest("a"));
    await eventually(() => expect(server.underWay).toBe(1));
    client.socket.destroy();
    await eventually(() => expect(server.underWay).toBe(0));
    open();
    server.serve = echo("plain");
    const other = await server.connect();
    other.write(plainRequest("b"));
    await other.received(":b;");
    expect(server.underWay).toBe(0);
  });
});

describe("connections that wait", () => {
  const LIMITS = { checkMs: 20, headersMs: 300, requestMs: 300, keepAliveMs: 100 };

  test("with a body that does not come are Node's, whose timers end them", async () => {
    await restart(LIMITS);
    const client = await server.connect();
    client.write(plainRequest("a".repeat(100_000)).slice(0, 50_000));
    await client.closed;
    expect(client.text).toMatch(/^HTTP\/1\.1 408 /);
    expect(server.underWay).toBe(0);
    expect(server.heldBytes()).toBe(0);
  });

  test("with a body that comes late are answered", async () => {
    await restart({ ...LIMITS, headersMs: 60_000, requestMs: 60_000 });
    const client = await server.connect();
    const request = plainRequest("a".repeat(100_000));
    client.write(request.slice(0, 50_000));
    // Node has it now.
    await eventually(() => expect(server.endOf(client)).toHaveProperty("parser"));
    client.write(request.slice(50_000) + plainRequest("b"));
    await client.received(":b;");
    expect(answersIn(client)).toEqual([`node ${"a".repeat(100_000)}`, "node b"]);
  });

  test("with nothing are Node's, whose timers end them", async () => {
    await restart(LIMITS);
    const client = await server.connect();
    await client.closed;
    expect(client.text).toMatch(/^(HTTP\/1\.1 408 .*)?/);
  });

  test("for a next request are closed after their time", async () => {
    await restart(LIMITS);
    const client = await server.connect();
    client.write(plainRequest("a"));
    await client.closed;
    expect(answersIn(client)).toEqual(["plain a"]);
  });
});

describe("a server that stops", () => {
  test("closes what waits at once, and answers what has a head", async () => {
    const { open, passed } = gate();
    server.serve = async (request) => {
      if (request.body.toString() === "busy") await passed;
      await echo("plain")(request);
    };
    const [idle, busy, sending, unplain] = await Promise.all([
      server.connect(),
      server.connect(),
      server.connect(),
      server.connect(),
    ]);
    idle.write(plainRequest("idle"));
    busy.write(plainRequest("busy"));
    unplain.write(plainRequest("busy") + plainRequest("late", UNPLAIN));
    const request = plainRequest("sent");
    sending.write(request.slice(0, -2));
    await idle.received(":idle;");
    await arrived(sending, request.length - 2);
    await eventually(() => expect(server.underWay).toBe(3));
    server.server.close();
    await idle.closed;
    sending.write(request.slice(-2));
    open();
    await Promise.all([busy.closed, sending.closed, unplain.closed]);
    expect([...answersIn(busy), ...answersIn(sending), ...answersIn(unplain)]).toEqual([
      "plain busy",
      "plain sent",
      "plain busy",
    ]);
    for (const { text } of [busy, sending, unplain]) expect(text).toContain("\r\nconnection: close\r\n");
    expect(server.underWay).toBe(0);
    server.server.listen(0, "127.0.0.1");
  });
});
