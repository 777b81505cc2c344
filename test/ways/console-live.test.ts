import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HandClock } from "../fixtures/hand-clock.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let server: RunningServer;

beforeAll(async () => {
  server = await startServer({});
});
afterAll(() => server.stop());

/** A stream that is being read. */
interface Stream {
  readonly status: number;
  /** Reads until the text has what is wanted; answers with everything read so far. */
  until(wanted: string): Promise<string>;
  /** Everything read so far. */
  text(): string;
  close(): void;
}

async function follow(
  path: string,
  headers: Record<string, string> = { authorization: `Bearer ${ADMIN_KEY}` },
): Promise<Stream> {
  const stop = new AbortController();
  const response = await fetch(`${server.url}${path}`, { headers, signal: stop.signal });
  let text = "";
  const waiting = new Set<() => void>();
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      for (const look of waiting) look();
    }
  };
  // Ended by the test, or with the server.
  read().catch(() => {});
  return {
    status: response.status,
    text: () => text,
    until: (wanted) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!text.includes(wanted)) return;
          waiting.delete(look);
          resolve(text);
        };
        waiting.add(look);
        look();
      }),
    close: () => stop.abort(),
  };
}

test("says in which topic something happened, and a browser that was away hears of it when it comes back", async () => {
  const stream = await follow("/api/live?topics=changes");
  await stream.until("retry: ");
  // The first look only says where everything stands; something changes after it at the latest in the second round.
  const change = async (): Promise<string> => {
    await server.ask("POST", "/api/keys", { name: "somebody" });
    return stream.text();
  };
  await expect.poll(change, { interval: 200 }).toContain('data: {"topic":"changes"}');
  const text = stream.text();
  stream.close();
  const id = /id: (\S+)/.exec(text)?.[1] ?? "";
  await server.ask("POST", "/api/keys", { name: "while it was away" });
  const back = await follow("/api/live?topics=changes", {
    authorization: `Bearer ${ADMIN_KEY}`,
    "last-event-id": id,
  });
  expect(await back.until('data: {"topic":"changes"}')).toContain("id: ");
  back.close();
});

test("refuses a topic that is none, and whoever is not signed in", async () => {
  expect((await follow("/api/live?topics=gossip")).status).toBe(400);
  expect((await follow("/api/live", {})).status).toBe(401);
});

test("tells whoever has a role that something happened, and nothing of calls, which it may not list", async () => {
  const wish = { name: "approver", scopes: ["inference"], roles: ["approver"] };
  const { secret } = (await server.ask("POST", "/api/keys", wish)).body as { secret: string };
  const headers = { authorization: `Bearer ${secret}` };
  const stream = await follow("/api/live?topics=rollouts", headers);
  expect(stream.status).toBe(200);
  stream.close();
  expect((await follow("/api/live?topics=rollouts,calls", headers)).status).toBe(403);
});

test("hands on what is published, to those who asked for the topic", async () => {
  const { live } = server.server.house;
  const stream = await follow("/api/live?topics=calls");
  expect(live.listeners("calls")).toBe(1);
  live.publish({ topic: "calls", data: { id: "call_1" } }, "production");
  expect(await stream.until("call_1")).toContain('data: {"topic":"calls","data":{"id":"call_1"}}');
  stream.close();
  await expect.poll(() => live.listeners("calls")).toBe(0);
});

test("a server that stops ends the streams and waits for none of them", async () => {
  const own = await startServer({});
  const response = await fetch(`${own.url}/api/live`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
  const ended = response.text();
  const started = performance.now();
  await own.stop();
  expect(await ended).toContain("retry: ");
  expect(performance.now() - started).toBeLessThan(20_000);
});

test("one key has forty streams at most, and another one still gets its own", async () => {
  const wish = { name: "another", scopes: ["admin"] };
  const { secret } = (await server.ask("POST", "/api/keys", wish)).body as { secret: string };
  const headers = { authorization: `Bearer ${secret}` };
  const streams = await Promise.all(Array.from({ length: 40 }, () => follow("/api/live", headers)));
  expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200]));
  expect((await follow("/api/live", headers)).status).toBe(503);
  const own = await follow("/api/live");
  expect(own.status).toBe(200);
  own.close();
  streams[0]?.close();
  await expect
    .poll(async () => {
      const again = await follow("/api/live", headers);
      again.close();
      return again.status;
    })
    .toBe(200);
  for (const stream of streams) stream.close();
});

test("a stream whose client reads nothing ends after a minute, however much waits for it", async () => {
  const clock = new HandClock(Date.UTC(2026, 10, 21));
  const own = await startServer({}, { clock });
  const { live } = own.server.house;
  const socket = connect(Number(new URL(own.url).port), "127.0.0.1").pause();
  try {
    socket.on("error", () => {});
    socket.write(`GET /api/live?topics=calls HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ADMIN_KEY}\r\n\r\n`);
    await expect.poll(() => live.listeners("calls")).toBe(1);
    const data = "x".repeat(1_000_000);
    for (let message = 0; message < 40; message += 1) live.publish({ topic: "calls", data }, "production");
    const look = (): number => {
      clock.advance(15_000);
      return live.listeners("calls");
    };
    await expect.poll(look).toBe(0);
  } finally {
    socket.destroy();
    await own.stop();
  }
});
