import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { afterEach, describe, expect, test, onTestFinished, vi } from "vitest";
import { closedAfterEach } from "../../../../test/fixtures/closed-after-each.ts";
import { RecordingSink, turn, until } from "../../../../test/fixtures/recording-sink.ts";
import { createRudeServer } from "../../../../test/fixtures/rude-server.ts";
import type { RudeServer, Rudeness } from "../../../../test/fixtures/rude-server.ts";
import { startTlsServer, trustTestCertificate } from "../../../../test/fixtures/tls-server.ts";
import type { ByteSink, Flow } from "../../../ports/provider.ts";
import { Exchange } from "./exchange.ts";
import { Upstream } from "./upstream.ts";

const keep = closedAfterEach();
afterEach(() => void vi.useRealTimers());

const whole = (body: string, headers = ""): string =>
  `HTTP/1.1 200 OK\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`;

function upstreamAt(origin: string, connections = 10): Upstream {
  return keep(new Upstream({ origin, connections, allowPrivate: false }));
}

async function against(rudeness: Rudeness, connections = 10): Promise<{ server: RudeServer; upstream: Upstream }> {
  const server = keep(await createRudeServer(rudeness));
  return { server, upstream: upstreamAt(server.origin, connections) };
}

function begin(upstream: Upstream, sink: ByteSink, bytes: Buffer = Buffer.from("{}")): Flow {
  const terms = { provider: "p", path: "/", headers: ["x-a", "b"], answerBytes: 1_000_000, upstream };
  return new Exchange(terms, sink).start({ bytes, connectMs: 5_000 });
}

async function ask(upstream: Upstream, bytes?: Buffer): Promise<RecordingSink> {
  const sink = new RecordingSink();
  begin(upstream, sink, bytes);
  await sink.over;
  return sink;
}

/** Resolves when connections whose answers are over may be used again. */
async function rested(): Promise<void> {
  for (let turns = 0; turns < 4; turns += 1) await turn();
}

const LETTERS = "abcdefgh";

const bodyOf = (request: Buffer): string => request.toString("latin1").split("\r\n\r\n")[1] ?? "";

describe("a connection", () => {
  test("that was used last is used first", async () => {
    const used: Socket[] = [];
    const { server, upstream } = await against((socket) => {
      used.push(socket);
      socket.write(whole("{}"));
    });
    await Promise.all([ask(upstream), ask(upstream), ask(upstream)]);
    await rested();
    expect(server.accepted()).toBe(3);
    used.length = 0;
    for (let call = 0; call < 6; call += 1) {
      await ask(upstream);
      await rested();
    }
    expect(new Set(used).size).toBe(1);
    expect(server.accepted()).toBe(3);
  });

  test("is waited for by a call that begins as the one before ends", async () => {
    const { server, upstream } = await against((socket) => socket.write(whole("{}")));
    for (let call = 0; call < 10; call += 1) await ask(upstream);
    expect(server.accepted()).toBe(1);
  });

  test.each(["connection: close\r\n", "keep-alive: timeout=1\r\n"])("is not kept after %j", async (header) => {
    const { server, upstream } = await against((socket) => socket.write(whole("{}", header)));
    await ask(upstream);
    await until(() => server.open() === 0);
    await ask(upstream);
    expect(server.accepted()).toBe(2);
  });

  test.each([
    ["", 4_000],
    ["keep-alive: timeout=3\r\n", 2_000],
    ["keep-alive: timeout=30\r\n", 29_000],
  ])("that is idle is closed after its time, with %j after %i ms", async (header, idleMs) => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const { server, upstream } = await against((socket) => socket.write(whole("{}", header)));
    await ask(upstream);
    await rested();
    vi.advanceTimersByTime(idleMs - 500);
    await rested();
    expect([server.open(), vi.getTimerCount()]).toEqual([1, 1]);
    vi.advanceTimersByTime(500);
    await until(() => server.open() === 0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("that the provider closes while it is idle is not used again", async () => {
    const { server, upstream } = await against((socket) => socket.write(whole("{}"), () => void socket.end()));
    for (let call = 1; call <= 10; call += 1) {
      expect((await ask(upstream)).told).toEqual(["head", "data", "end"]);
      await until(() => server.open() === 0);
    }
    expect(server.accepted()).toBe(10);
  });

  test("that the provider closes when it is used again costs no call", async () => {
    const answered = new Set<Socket>();
    const { server, upstream } = await against((socket) => {
      if (answered.has(socket)) socket.destroy();
      else socket.write(whole("{}"));
      answered.add(socket);
    });
    for (let call = 0; call < 10; call += 1) {
      expect((await ask(upstream)).told).toEqual(["head", "data", "end"]);
      await rested();
    }
    expect([server.requests.length, server.accepted()]).toEqual([19, 10]);
  });

  test("that the provider closes after it has had time to work on the request fails its call", async () => {
    const answered = new Set<Socket>();
    const now = vi.spyOn(performance, "now");
    onTestFinished(() => now.mockRestore());
    const { server, upstream } = await against((socket) => {
      if (!answered.has(socket)) socket.write(whole("{}"));
      else {
        now.mockReturnValue(Number.MAX_SAFE_INTEGER);
        socket.destroy();
      }
      answered.add(socket);
    });
    expect((await ask(upstream)).told).toEqual(["head", "data", "end"]);
    await rested();
    expect((await ask(upstream)).error?.code).toBe("provider_unreachable");
    expect(server.requests.length).toBe(2);
  });

  test("that ends when it is new, or when an answer has begun, fails its call", async () => {
    const sockets: Socket[] = [];
    const { server, upstream } = await against((socket, n) => {
      sockets.push(socket);
      if (n === 0 || n === 2) socket.write(whole("{}"));
      else socket.end(n === 3 ? "H" : "");
    });
    expect((await ask(upstream)).told).toEqual(["head", "data", "end"]);
    await rested();
    expect((await ask(upstream)).told).toEqual(["head", "data", "end"]);
    await rested();
    for (let call = 0; call < 2; call += 1) {
      expect((await ask(upstream)).error?.code).toBe("provider_unreachable");
    }
    expect([server.requests.length, new Set(sockets).size]).toEqual([5, 3]);
  });

  test("on which bytes come that nobody asked for is closed", async () => {
    const sockets: Socket[] = [];
    const { server, upstream } = await against((socket, n) => {
      sockets.push(socket);
      socket.write(whole(String(n)));
    });
    await ask(upstream);
    sockets[0]?.write(whole("smuggled"));
    await until(() => server.open() === 0);
    expect((await ask(upstream)).body.toString()).toBe("1");
  });

  test("on which another answer comes right behind the first is closed", async () => {
    const { server, upstream } = await against((socket, n) => {
      socket.write(whole(`${n}`));
      socket.write(whole("smuggled"));
    });
    for (let call = 0; call < 10; call += 1) expect((await ask(upstream)).body.toString()).toBe(String(call));
    expect(server.accepted()).toBe(10);
  });
});

describe("a call", () => {
  test.each([0, 1, 12 * 1024, 12 * 1024 + 1, 300_000])("of %i bytes is sent byte by byte as it is", async (length) => {
    const { server, upstream } = await against((socket) => socket.write(whole("{}")));
    const bytes = Buffer.from(Uint8Array.from({ length }, (_, index) => index % 256));
    await ask(upstream, bytes);
    const sent = server.requests[0] ?? Buffer.alloc(0);
    const start = sent.indexOf("\r\n\r\n") + 4;
    expect(sent.toString("latin1", 0, start)).toBe(
      `POST / HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nconnection: keep-alive\r\nx-a: b\r\ncontent-length: ${length}\r\n\r\n`,
    );
    expect(sent.subarray(start).equals(bytes)).toBe(true);
  });

  test("that is given up leaves the line, and the next takes its turn", async () => {
    const held: Socket[] = [];
    const { server, upstream } = await against((socket) => void held.push(socket), 1);
    const first = new RecordingSink();
    begin(upstream, first);
    await until(() => held.length === 1);
    const gone = Array.from({ length: 20 }, () => new RecordingSink());
    for (const sink of gone) {
      const flow = begin(upstream, sink);
      await turn();
      flow.abort();
    }
    const last = ask(upstream, Buffer.from("last"));
    await turn();
    held[0]?.write(whole("{}"));
    await until(() => held.length === 2);
    held[1]?.write(whole("{}"));
    expect((await last).told).toEqual(["head", "data", "end"]);
    expect(gone.flatMap(({ told }) => told)).toEqual([]);
    expect(server.requests.map(bodyOf)).toEqual(["{}", "last"]);
    expect(server.accepted()).toBe(1);
  });

  test("that is answered before it is sent keeps its answer, and its connection is closed", async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {}).on("close", () => sockets.delete(socket));
      socket.once("data", () => {
        socket.pause();
        socket.write("HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\n{}");
      });
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const upstream = upstreamAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const sink = await ask(upstream, Buffer.alloc(30_000_000, "a"));
    expect([sink.status, ...sink.told]).toEqual([413, "head", "data", "end"]);
    for (const socket of sockets) socket.resume();
    await until(() => sockets.size === 0);
    server.close();
  });

  test("that is paused loses nothing when the provider closes meanwhile", async () => {
    for (const answer of [whole("a".repeat(200_000)), `HTTP/1.1 200 OK\r\n\r\n${"a".repeat(200_000)}`]) {
      const { upstream } = await against((socket) => socket.end(answer));
      const sink = new RecordingSink();
      const flow = begin(upstream, sink);
      flow.pause();
      await until(() => sink.status === 200);
      for (let count = 0; count < 20; count += 1) await turn();
      expect(sink.told).toEqual(["head"]);
      sink.onData = () => {
        flow.pause();
        setImmediate(() => flow.resume());
      };
      flow.resume();
      await sink.over;
      expect(sink.told).toEqual(["head", "data", "end"]);
      expect(sink.bytes).toBe(200_000);
    }
  });

  test.each(["head", "data", "end"] as const)("whose sink throws in %s fails and is stopped", async (method) => {
    const { server, upstream } = await against((socket) => socket.write(whole("{}")));
    const sink = new RecordingSink();
    sink[method] = () => {
      throw new Error("a fault of ours");
    };
    begin(upstream, sink);
    await sink.over;
    expect(sink.error?.code).toBe("internal");
    await until(() => server.open() === 0);
    expect((await ask(upstream)).told).toEqual(["head", "data", "end"]);
  });

  test.each(["", "identity", "Identity"])("takes an answer whose encoding is %j", async (encoding) => {
    const { upstream } = await against((socket) => socket.write(whole("{}", `Content-Encoding: ${encoding}\r\n`)));
    expect((await ask(upstream)).body.toString()).toBe("{}");
  });

  test("that is refused in compressed words is told the status and how long to wait", async () => {
    const { server, upstream } = await against((socket) =>
      socket.write("HTTP/1.1 429 Slow\r\nretry-after: 7\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\nxx"),
    );
    for (let call = 0; call < 2; call += 1) {
      const { status, headers, told } = await ask(upstream);
      expect([status, headers["retry-after"], ...told]).toEqual([429, "7", "head", "end"]);
    }
    expect(server.accepted()).toBe(1);
  });

  test("fails with all others when its provider is taken out of service, in line or under way", async () => {
    const { server, upstream } = await against(() => {}, 1);
    const calls = Array.from({ length: 3 }, () => ask(upstream));
    await until(() => server.requests.length === 1);
    await upstream.close();
    const reasons = (await Promise.all(calls)).map(({ error }) => error?.message);
    expect(new Set(reasons)).toEqual(
      new Set(["The provider p could not be reached: the provider was taken out of service."]),
    );
    await until(() => server.open() === 0);
  });

  test("of many that wait for connections fails when none can be opened; none is left waiting", async () => {
    const { server, upstream } = await against((socket) => socket.write(whole("{}")), 2);
    await ask(upstream);
    await server.close();
    const errors = (await Promise.all(Array.from({ length: 8 }, () => ask(upstream)))).map(({ error }) => error?.code);
    expect(errors).toEqual(Array.from({ length: 8 }, () => "provider_unreachable"));
  });
});

describe("answers of many connections at once", () => {
  test("do not mix, also where callers hold them back", async () => {
    const { upstream } = await against((socket, n) => socket.write(whole(LETTERS.charAt(n).repeat(300_000 + n))));
    const sinks = Array.from(LETTERS, (_, n) => {
      const sink = new RecordingSink();
      const flow = begin(upstream, sink);
      sink.onData = () => {
        if (n % 2 === 0) return;
        flow.pause();
        setImmediate(() => flow.resume());
      };
      return sink;
    });
    await Promise.all(sinks.map((sink) => sink.over));
    const told = sinks.map(({ body }) => `${[...new Set(body.toString("latin1"))].join("")} ${body.length}`);
    expect(told.toSorted()).toEqual(Array.from(LETTERS, (letter, n) => `${letter} ${300_000 + n}`));
  });
});

describe("over TLS", () => {
  test("the next connection resumes the session of the last", async () => {
    trustTestCertificate();
    const resumed: boolean[] = [];
    const server = keep(
      await startTlsServer((socket) => {
        resumed.push((socket as TLSSocket).isSessionReused());
        socket.write(whole("{}", "connection: close\r\n"));
      }),
    );
    const upstream = upstreamAt(`https://localhost:${server.port}`);
    for (let call = 0; call < 3; call += 1) await ask(upstream);
    expect(resumed).toEqual([false, true, true]);
  });

  test("answers come whole, small and large, and a connection is kept", async () => {
    trustTestCertificate();
    const server = keep(await startTlsServer((socket, n) => socket.write(whole("a".repeat(n === 0 ? 2 : 500_000)))));
    const upstream = upstreamAt(`https://localhost:${server.port}`);
    for (const length of [2, 500_000, 500_000]) {
      const sink = await ask(upstream, Buffer.alloc(100_000, "b"));
      expect([sink.error, sink.bytes]).toEqual([null, length]);
    }
    expect(server.accepted()).toBe(1);
  });

  test("a certificate that nobody trusts is refused, in words", async () => {
    const server = keep(await startTlsServer(() => {}));
    const { error } = await ask(upstreamAt(`https://127.0.0.2:${server.port}`));
    expect(error?.code).toBe("provider_unreachable");
    expect(error?.message).toContain("TLS");
  });
});
