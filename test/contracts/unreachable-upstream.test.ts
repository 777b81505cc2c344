import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { RecordingSink, until } from "../fixtures/recording-sink.ts";
import { createRudeServer } from "../fixtures/rude-server.ts";
import { requestFor } from "./provider-subject.ts";
import { against, ask, closers, providerAt, whole } from "./rude-provider.ts";

describe("an upstream that cannot be reached", () => {
  test("nobody listens: unreachable, at once", async () => {
    const server = await createRudeServer(() => {});
    await server.close();
    const { error } = await ask(providerAt(`${server.origin}/v1`));
    expect(error).toMatchObject({ code: "provider_unreachable", retryable: true });
    expect(error?.message).toBe("The provider rude could not be reached: the connection was refused.");
    expect(error?.cause).toBeInstanceOf(Error);
  });

  test("its name does not exist: unreachable", async () => {
    const { error } = await ask(providerAt("http://nowhere.invalid/v1"), 10_000);
    expect(error?.code).toBe("provider_unreachable");
  });

  test("it speaks no TLS: unreachable", async () => {
    const server = await createRudeServer(() => {});
    closers.push(() => server.close());
    const talkative = createServer(
      (socket) => void socket.on("error", () => {}).write("HTTP/1.1 400 Bad Request\r\n\r\n"),
    );
    await new Promise<void>((resolve) => {
      talkative.listen(0, "127.0.0.1", resolve);
    });
    closers.push(async () => void talkative.close());
    const { error } = await ask(providerAt(`https://127.0.0.1:${(talkative.address() as AddressInfo).port}/v1`));
    expect(error?.code).toBe("provider_unreachable");
    expect(error?.message).toContain("TLS");
  });

  test("the handshake hangs: a timeout while connecting, and the half-open connections are ended on close", async () => {
    const server = await createRudeServer(() => {});
    closers.push(() => server.close());
    const provider = providerAt(`https://127.0.0.1:${server.port}/v1`);
    const { error, told } = await ask(provider, 50);
    expect(told).toEqual(["fail"]);
    expect(error).toMatchObject({ code: "provider_timeout", details: { phase: "connecting", limitMs: 50 } });
    const sink = new RecordingSink();
    provider.forward({ ...requestFor("m-1"), connectMs: 60_000 }, sink);
    await until(() => server.open() >= 1);
    await provider.close();
    await sink.over;
    await until(() => server.open() === 0);
  });

  test("every connection is in use: waiting for one counts as connecting, and the call is not sent later", async () => {
    const held: Socket[] = [];
    const { server, provider } = await against((socket) => void held.push(socket), { connections: 1 });
    const first = new RecordingSink();
    provider.forward(requestFor("m-1"), first);
    await until(() => held.length === 1);
    const second = await ask(provider, 30);
    expect(second.error?.code).toBe("provider_timeout");
    held[0]?.write(whole(`{"first":true}`));
    await first.over;
    expect(first.told).toEqual(["head", "data", "end"]);
    const third = new RecordingSink();
    provider.forward(requestFor("m-1"), third);
    await until(() => held.length === 2);
    held[1]?.write(whole("{}"));
    await third.over;
    expect(server.requests).toHaveLength(2);
    expect(server.accepted()).toBe(1);
  });

  test("one connection serves any number of calls one after the other, also after failures", async () => {
    // A kept connection that is closed may have been closed before the request came: it is asked once more, on a new one.
    const { provider } = await against((socket, n) => (n % 3 === 1 ? socket.write(whole("{}")) : socket.end()), {
      connections: 1,
    });
    const ends = [];
    for (let call = 0; call < 20; call += 1) ends.push((await ask(provider)).told.at(-1));
    expect(ends).toEqual(Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? "fail" : "end")));
  });

  test("too many calls wait for a connection: the next fails at once", async () => {
    const { provider } = await against(() => {}, { connections: 1 });
    const sinks = Array.from({ length: 8 }, () => new RecordingSink());
    for (const sink of sinks) provider.forward(requestFor("m-1"), sink);
    await sinks.at(-1)?.over;
    expect(sinks.at(-1)?.error?.code).toBe("provider_unreachable");
    expect(sinks.filter(({ error }) => error !== null)).not.toHaveLength(8);
  });
});
