import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { turn } from "../../../../test/fixtures/recording-sink.ts";
import type { Connection } from "./connection.ts";
import type { Connected } from "./connector.ts";
import { Upstream } from "./upstream.ts";
import type { Waiter } from "./upstream.ts";

/** A socket to nowhere. */
class IdleSocket extends Duplex {
  override _read(): void {}
  ref(): void {}
  unref(): void {}
}

/** Connections open and fail when a test says so. */
class HandConnector {
  readonly opening: Connected[] = [];

  open(_timeoutMs: number, connected: Connected): void {
    this.opening.push(connected);
  }

  close(): void {}

  succeed(n = 0): void {
    this.opening.splice(n, 1)[0]?.(new IdleSocket() as unknown as Socket);
  }

  fail(n = 0): void {
    this.opening.splice(n, 1)[0]?.(new Error("It cannot be opened."));
  }
}

class RecordingWaiter implements Waiter {
  readonly provider = "p";
  readonly connectMs = 1_000;
  state: "asks" | "waits" | "begun" | "failed" | "left" = "asks";
  connection: Connection | null = null;
  readonly needsNew: boolean;

  constructor(needsNew: boolean) {
    this.needsNew = needsNew;
  }

  begin(connection: Connection): void {
    this.state = "begun";
    this.connection = connection;
  }

  wait(): void {
    this.state = "waits";
  }

  fail(): void {
    this.state = "failed";
  }
}

/** An upstream whose every event comes by hand. */
class Line {
  readonly connector = new HandConnector();
  readonly waiters: RecordingWaiter[] = [];
  readonly upstream: Upstream;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
    this.upstream = new Upstream({ origin: "http://p", connections: most, allowPrivate: false }, this.connector);
  }

  async ask(needsNew = false): Promise<RecordingWaiter> {
    const waiter = new RecordingWaiter(needsNew);
    this.waiters.push(waiter);
    this.upstream.ask(waiter);
    await settled();
    return waiter;
  }

  /** The answer on a connection is over. */
  async answer(waiter: RecordingWaiter): Promise<void> {
    waiter.state = "left";
    if (waiter.connection !== null) this.upstream.free(waiter.connection);
    await settled();
  }

  /** One of those in a state, whichever `n` means. */
  one(state: RecordingWaiter["state"], n: number): RecordingWaiter | undefined {
    const all = this.waiters.filter((waiter) => waiter.state === state);
    return all[n % Math.max(1, all.length)];
  }

  /** Whether somebody is in line for whom a connection could be opened and is not. */
  get isStuck(): boolean {
    const count = (state: RecordingWaiter["state"]): number => this.waiters.filter((one) => one.state === state).length;
    const opening = this.connector.opening.length;
    return count("waits") > opening && count("begun") + opening < this.#most;
  }
}

/** Turns enough for connections to have rested. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 4; turns += 1) await turn();
}

test("a request whose connection went to one before it has another, when that one's fails", async () => {
  const line = new Line(10);
  const first = await line.ask();
  const second = await line.ask();
  line.connector.succeed(1);
  expect([first.state, second.state]).toEqual(["begun", "waits"]);
  line.connector.fail();
  expect([second.state, line.connector.opening.length]).toEqual(["waits", 1]);
  line.connector.succeed();
  expect(second.state).toBe("begun");
});

const DEEDS = ["ask", "ask for a new one", "open", "fail to open", "answer", "break", "leave"] as const;

async function act(line: Line, deed: (typeof DEEDS)[number], n: number): Promise<void> {
  const { connector, upstream } = line;
  const which = n % Math.max(1, connector.opening.length);
  if (deed === "ask") await line.ask();
  if (deed === "ask for a new one") await line.ask(true);
  if (deed === "open") connector.succeed(which);
  if (deed === "fail to open") connector.fail(which);
  const busy = line.one("begun", n);
  if ((deed === "answer" || deed === "break") && busy?.connection) {
    busy.state = "left";
    if (deed === "answer") upstream.free(busy.connection);
    else busy.connection.destroy();
  }
  const waiting = line.one("waits", n);
  if (deed === "leave" && waiting !== undefined) {
    waiting.state = "left";
    upstream.leave(waiting);
  }
  await settled();
}

test("nobody is in line while there is room for a connection that is not being opened", async () => {
  const deeds = fc.array(fc.tuple(fc.constantFrom(...DEEDS), fc.nat(20)), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), deeds, async (most, all) => {
      const line = new Line(most);
      for (const [deed, n] of all) {
        await act(line, deed, n);
        expect(line.isStuck).toBe(false);
      }
      await line.upstream.close();
    }),
    { numRuns: 200 },
  );
});

test("who came first is served first, also who needs a new connection while calls keep coming", async () => {
  const scene = {
    most: fc.integer({ min: 1, max: 5 }),
    ahead: fc.array(fc.boolean(), { maxLength: 3 }),
    needsNew: fc.boolean(),
  };
  await fc.assert(
    fc.asyncProperty(fc.record(scene), fc.array(fc.nat(20), { minLength: 9, maxLength: 9 }), async (one, picks) => {
      const line = new Line(one.most);
      for (let n = 0; n < one.most; n += 1) await line.ask();
      while (line.connector.opening.length > 0) line.connector.succeed();
      for (const isNew of one.ahead) await line.ask(isNew);
      const waiter = await line.ask(one.needsNew);
      // Each before it takes one answer, and so does it.
      for (const pick of picks.slice(0, one.ahead.length + 1)) {
        const busy = line.one("begun", pick);
        if (busy !== undefined) await line.answer(busy);
        while (line.connector.opening.length > 0) line.connector.succeed();
        await line.ask();
      }
      expect(waiter.connection).not.toBeNull();
      await line.upstream.close();
    }),
    { numRuns: 200 },
  );
});
