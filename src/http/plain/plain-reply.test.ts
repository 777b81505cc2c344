import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../../../test/fixtures/eventually.ts";
import type { OpenSocket } from "../../../test/fixtures/open-socket.ts";
import { PLAIN_PATH, PlainServer, plainRequest } from "../../../test/fixtures/plain-server.ts";
import type { Reply } from "../../ports/reply.ts";

const STALL_MS = 300;
const MIB = 1024 * 1024;

let server: PlainServer;

beforeEach(async () => {
  server = await PlainServer.start({ stallMs: STALL_MS });
});

afterEach(() => server.stop());

/** Every byte there is, over and over. */
const bytes = (length: number): Buffer =>
  Buffer.alloc(
    length,
    Uint8Array.from({ length: 256 }, (_, index) => index),
  );

/** Serves by writing to the reply; the call ends when the work does. */
const answer = (work: (reply: Reply) => unknown): void => {
  server.serve = async ({ reply }) => void (await work(reply()));
};

const ask = (): Promise<Response> =>
  fetch(`${server.url}${PLAIN_PATH}`, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });

async function unreadClient(): Promise<OpenSocket> {
  const client = await server.connect();
  client.socket.pause();
  client.write(plainRequest("{}"));
  return client;
}

describe("an answer", () => {
  test.each([0, 1, 5_000, 12 * 1024, 12 * 1024 + 1, 3 * MIB])(
    "of %i bytes goes out whole with its length",
    async (length) => {
      answer((reply) => {
        reply.head(200, { "content-type": "application/json", "x-a": "b" });
        const whole = bytes(length);
        for (let at = 0; at < length; at += 100_000) reply.write(whole.subarray(at, at + 100_000));
        reply.end();
      });
      const response = await ask();
      expect(Object.fromEntries(response.headers)).toEqual({
        "content-type": "application/json",
        "x-a": "b",
        "content-length": String(length),
        connection: "keep-alive",
        "keep-alive": "timeout=72",
        date: expect.any(String),
      });
      expect(Buffer.from(await response.arrayBuffer()).equals(bytes(length))).toBe(true);
      expect(server.underWay).toBe(0);
    },
  );

  test("in pieces is put together as it was, however they fall into turns", async () => {
    const turns = fc.array(fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 4 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        turns,
        fc.option(fc.integer({ min: 0, max: 300 })),
        fc.constantFrom("text/event-stream", "audio/mpeg", "application/json"),
        async (sizes, last, type) => {
          let length = 0;
          const cut = (size: number): Buffer => bytes(2 * MIB).subarray(length, (length += size));
          answer(async (reply) => {
            reply.head(200, { "content-type": type });
            for (const turn of sizes) {
              for (const size of turn) reply.write(Buffer.from(cut(size)));
              await new Promise(setImmediate);
            }
            reply.end(last === null ? undefined : Buffer.from(cut(last)));
          });
          const response = await ask();
          expect(Buffer.from(await response.arrayBuffer()).equals(bytes(2 * MIB).subarray(0, length))).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("with a status that has no words is one all the same", async () => {
    answer((reply) => {
      reply.head(529, { "content-type": "application/json" });
      reply.end(Buffer.from("{}"));
    });
    expect((await ask()).status).toBe(529);
  });

  test.each(["a\r\nx-b: c", "a\nb", "a\0", "\u2028"])("has no header that would begin another: %j", async (value) => {
    answer((reply) => {
      expect(() => reply.head(200, { "content-type": "application/json", "x-a": value })).toThrow("cannot be sent");
      reply.head(500, { "content-type": "application/json" });
      reply.end();
    });
    const response = await ask();
    expect(response.status).toBe(500);
    expect([...response.headers.keys()].filter((name) => name.startsWith("x-"))).toEqual([]);
  });

  test("that breaks off is not taken for a whole one", async () => {
    answer(async (reply) => {
      reply.head(200, { "content-type": "audio/mpeg" });
      reply.write(bytes(100));
      await new Promise(setImmediate);
      reply.destroy();
    });
    await expect(ask().then((response) => response.arrayBuffer())).rejects.toThrow("terminated");
    await eventually(() => expect(server.underWay).toBe(0));
  });
});

describe("a client that does not read", () => {
  /** Writes pieces while it may, and goes on when it may again; counts what it wrote. */
  function stream(total: number): { written: number; stopped: boolean } {
    const state = { written: 0, stopped: false };
    answer((reply) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const go = (): void => {
        while (state.written < total) {
          const size = Math.min(8_000, total - state.written);
          const mayGoOn = reply.write(bytes(size));
          state.written += size;
          if (!mayGoOn) return;
        }
        reply.end();
        resolve();
      };
      reply.onAbandoned(() => {
        state.stopped = true;
        resolve();
      });
      reply.onDrain(go);
      reply.head(200, { "content-type": "audio/mpeg" });
      go();
      return promise;
    });
    return state;
  }

  test("holds a stream back, and is let go when it takes nothing for too long", async () => {
    const state = stream(64 * MIB);
    const client = await unreadClient();
    await eventually(() => expect(state.written).toBeGreaterThan(0));
    expect(server.endOf(client).writableLength).toBeLessThan(200_000);
    await eventually(() => expect(state.stopped).toBe(true));
    expect(state.written).toBeLessThan(32 * MIB);
    await eventually(() => expect(server.underWay).toBe(0));
  });

  test("is let go with a whole answer, too", async () => {
    let stopped = false;
    answer((reply) => {
      reply.onAbandoned(() => void (stopped = true));
      reply.head(200, { "content-type": "application/json" });
      reply.end(bytes(32 * MIB));
    });
    const client = await unreadClient();
    await eventually(() => expect(stopped).toBe(true));
    expect(server.endOf(client).destroyed).toBe(true);
    expect(server.underWay).toBe(0);
  });

  test("gets all of a stream when it reads after all", async () => {
    await server.stop();
    server = await PlainServer.start();
    const total = 24 * MIB;
    const state = stream(total);
    const client = await unreadClient();
    await eventually(() => expect(state.written).toBeGreaterThan(MIB));
    expect(state.written).toBeLessThan(total);
    let got = 0;
    client.socket.removeAllListeners("data").on("data", (chunk: Buffer) => void (got += chunk.length));
    client.socket.resume();
    await eventually(() => expect(got).toBeGreaterThan(total));
    expect(state).toEqual({ written: total, stopped: false });
    await eventually(() => expect(server.underWay).toBe(0));
  });

  test("is under way until the system has all of its answer: nobody closes its connection before", async () => {
    await server.stop();
    server = await PlainServer.start();
    const length = 24 * MIB;
    answer((reply) => {
      reply.head(200, { "content-type": "application/json" });
      reply.end(bytes(length));
    });
    const client = await unreadClient();
    await eventually(() => expect(server.endOf(client).writableLength).toBeGreaterThan(0));
    server.server.closeIdleConnections();
    expect(server.underWay).toBe(1);
    let got = 0;
    client.socket.removeAllListeners("data").on("data", (chunk: Buffer) => void (got += chunk.length));
    client.socket.resume();
    await eventually(() => expect(got).toBeGreaterThan(length));
    await eventually(() => expect(server.underWay).toBe(0));
  });
});
