import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PROFILES } from "../../fixtures/faulty-provider/profile.ts";
import { middleOfFive } from "../../fixtures/middle-of-five.ts";
import { askProcess } from "../../fixtures/server-process.ts";
import { firstBytes, sendToAbandon } from "./abandoned-call.ts";
import { observe } from "./observe.ts";
import { oneProviderEach } from "./one-provider.ts";
import { startStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

const ENDPOINTS = {
  silent: { model: "s06", backup: "healthy.silent" },
  headed: { model: "s07", backup: "healthy.headed" },
  body: { model: "s09", backup: "healthy.body" },
  endless: { model: "endless" },
  big: { model: "big-stream" },
  together: { model: "big-stream.together", yaml: "record: facts" },
  alive: { model: "healthy.alive" },
} as const;

const MIB = 1024 * 1024;
/** More than every buffer between provider and client together. */
const BUFFERS_BYTES = 24 * MIB;
const TOGETHER = 30;
const ROUNDS = 4;

interface Recorded {
  readonly outcome: string;
  readonly usage: { readonly output: number; readonly estimated: boolean } | null;
}

let stage: Stage;

beforeAll(async () => {
  stage = await startStage(PROFILES.fast, (baseUrl) => oneProviderEach(baseUrl, ENDPOINTS));
});

afterAll(() => stage.stop());

const arrived = (model: string, count: number): Promise<unknown> =>
  expect.poll(() => stage.provider.attemptsAt(model).length, { interval: 5 }).toBe(count);

/** How long the provider kept working for a client that left at `leftAtMs`. */
async function noticedAfter(model: string, leftAtMs: number): Promise<number> {
  const last = () => stage.provider.attemptsAt(model).at(-1);
  await expect.poll(() => last()?.endMs ?? null, { interval: 5 }).not.toBeNull();
  expect(last()?.left).toBe(true);
  return (last()?.endMs ?? Number.POSITIVE_INFINITY) - leftAtMs;
}

async function recorded(endpoint: string): Promise<readonly Recorded[]> {
  const path = `/api/calls?endpoint=${endpoint}&limit=200`;
  const answer = await askProcess(stage.server, { method: "GET", path });
  if (answer === null) throw new Error(`The server is gone:\n${stage.server.output()}`);
  return (answer.body as { data: Recorded[] }).data;
}

/** A client's leaving must reach the provider within this, milliseconds. */
const NOTICE_MS = 100;

describe("a client that leaves", () => {
  const NOTHING_COUNTED = { usage: { output: 0, estimated: true } };

  test.each([
    { when: "before the provider has sent anything", endpoint: "silent", path: "s06", usage: NOTHING_COUNTED },
    { when: "between the head and the first token", endpoint: "headed", path: "s07", usage: {} },
  ])("$when: the provider is let go, and nobody else is asked", async ({ endpoint, path, usage }) => {
    let left = 0;
    const noticed = async (): Promise<number> => {
      const call = sendToAbandon(stage.url, endpoint);
      await arrived(path, (left += 1));
      const leftAtMs = stage.provider.elapsedMs();
      call.leave();
      return noticedAfter(path, leftAtMs);
    };
    expect(await middleOfFive(noticed)).toBeLessThan(NOTICE_MS);
    const each = { outcome: "abandoned", ...usage };
    await expect.poll(() => recorded(endpoint)).toMatchObject(Array.from({ length: left }, () => each));
    expect(stage.provider.attemptsAt(`healthy.${endpoint}`)).toEqual([]);
  });

  test("in the middle of the answer: what was received is settled, as an estimate", async () => {
    let left = 0;
    const noticed = async (): Promise<number> => {
      const call = sendToAbandon(stage.url, "body");
      left += 1;
      await firstBytes(await call.headed);
      const leftAtMs = stage.provider.elapsedMs();
      call.leave();
      return noticedAfter("s09", leftAtMs);
    };
    expect(await middleOfFive(noticed)).toBeLessThan(NOTICE_MS);
    const each = { outcome: "abandoned", usage: { estimated: true } };
    await expect.poll(() => recorded("body")).toMatchObject(Array.from({ length: left }, () => each));
    const [{ usage } = { usage: null }] = await recorded("body");
    expect(usage?.output).toBeGreaterThan(0);
  });

  test("is no trouble of ours: the log says nothing of it", () => {
    expect(stage.server.output()).not.toContain("answering call_");
  });
});

describe("a client that reads slower than the provider writes", () => {
  test("holds the provider back: what waits in between is bounded", async () => {
    const before = stage.provider.connections().bytesSent;
    const call = sendToAbandon(stage.url, "endless");
    await firstBytes(await call.headed);
    const sent: number[] = [];
    // Steady when several looks in a row find nothing new.
    await expect
      .poll(
        () => {
          sent.push(stage.provider.connections().bytesSent - before);
          return sent.length > 5 && new Set(sent.slice(-5)).size === 1;
        },
        { interval: 50, timeout: 60_000 },
      )
      .toBe(true);
    expect(sent.at(-1)).toBeGreaterThan(0);
    expect(sent.at(-1)).toBeLessThan(BUFFERS_BYTES);
    call.leave();
    await expect.poll(() => stage.provider.connections().busy).toBe(0);
  });

  test("gets all of it in the end", async () => {
    const call = sendToAbandon(stage.url, "big");
    const incoming = await call.headed;
    let [bytes, tail] = [0, ""];
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      tail = (tail + chunk.toString("latin1")).slice(-100);
      incoming.pause();
      setImmediate(() => incoming.resume());
    });
    await once(incoming, "close");
    expect(incoming.complete).toBe(true);
    expect(bytes).toBeGreaterThan(5 * MIB);
    expect(tail).toContain("[DONE]");
  });
});

describe(`${TOGETHER} clients with streams of 5 MiB that leave together, again and again`, () => {
  const health = async (): Promise<{ readonly in_flight: number; readonly resident_bytes: number }> =>
    (await askProcess(stage.server, { method: "GET", path: "/api/health" }))?.body as never;

  async function round(): Promise<number> {
    const calls = Array.from({ length: TOGETHER }, () => sendToAbandon(stage.url, "together"));
    await Promise.all(calls.map(async (call) => firstBytes(await call.headed)));
    for (const call of calls) call.leave();
    await expect.poll(() => stage.provider.connections().busy).toBe(0);
    await expect.poll(async () => (await health()).in_flight).toBe(0);
    return (await health()).resident_bytes;
  }

  test("leave nothing behind", async () => {
    const resident: number[] = [];
    for (let left = ROUNDS; left > 0; left -= 1) resident.push(await round());
    await expect.poll(async () => (await recorded("together")).length).toBe(ROUNDS * TOGETHER);
    const outcomes = (await recorded("together")).map(({ outcome }) => outcome);
    // Where the machine is busy a stream may be whole before it is noticed that its client has left.
    expect(outcomes.filter((outcome) => outcome !== "abandoned" && outcome !== "ok")).toEqual([]);
    expect(outcomes.filter((outcome) => outcome === "abandoned").length).toBeGreaterThan(outcomes.length / 2);
    // Kept streams would add all of their bytes in every round; buffers that are used again add them once, at the latest.
    const kept = (ROUNDS - 1) * TOGETHER * 5 * MIB;
    expect((resident.at(-1) ?? 0) - (resident[0] ?? 0)).toBeLessThan(0.8 * kept);
    const alive = await observe({ url: stage.url, endpoint: "alive", stream: true, limitMs: 5_000 });
    expect(alive.seenAs).toBe("whole");
  });
});
