import { connect } from "node:net";
import type { Socket } from "node:net";
import { Pacer } from "./pacer.ts";
import { ResponseReader } from "./response-reader.ts";

/** One measurement that the generator is asked for. */
export interface LoadOrder {
  readonly port: number;
  readonly path: string;
  /** Header lines besides host, type and length; `{session}` is replaced. */
  readonly headers: readonly string[];
  /** `{question}` in it is replaced by a text of its own in every call. */
  readonly body: string;
  readonly connections: number;
  /** `closed`: as fast as answers come, for `seconds` or `calls`. `open`: at a fixed mean rate, each call by itself, for `seconds`. */
  readonly mode: "closed" | "open";
  readonly seconds: number;
  readonly calls?: number;
  readonly ratePerSecond?: number;
  /** Calls that end badly on purpose, as shares of all; absent is none. */
  readonly trouble?: Trouble;
}

/** What goes wrong in a measurement of memory. */
export interface Trouble {
  /** Clients that leave a stream after its first bytes, share in [0, 1]. */
  readonly leaves: number;
  /** Answers that the upstream breaks off in the middle, every second of them a stream. */
  readonly cuts: number;
}

/** What the generator measured. Times in milliseconds, as the client sees them. */
export interface LoadResult {
  /** Calls that ended, however they did. */
  readonly calls: number;
  /** Answers that were not 200, of calls that nobody disturbed. They count in no rate and no latency. */
  readonly errors: number;
  /** Calls that were left, and calls that the upstream was told to cut. */
  readonly left: number;
  readonly cut: number;
  readonly seconds: number;
  /** Answers with status 200. */
  readonly callsPerSecond: number;
  readonly eventsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly firstEventP50Ms: number;
}

/** A user for whom the mock upstream breaks its answers off. */
const CUT = "cut";

/** Calls that one session makes: conversations have a few turns. */
const CALLS_PER_SESSION = 4;

class Generator {
  readonly #order: LoadOrder;
  readonly #latencies: number[] = [];
  readonly #firstEvents: number[] = [];
  #calls = 0;
  #started = 0;
  #errors = 0;
  #events = 0;
  #left = 0;
  #cut = 0;
  #random = 1;
  #startedAt = 0;
  #ended = false;
  readonly #done = Promise.withResolvers<void>();
  readonly #idle: Connection[] = [];
  readonly #backlog: number[] = [];
  /** Connections that were opened in the place of broken ones, too. */
  readonly #open = new Set<Connection>();
  readonly #isAlwaysNew: boolean;
  readonly #run = Math.random().toString(36).slice(2, 10);

  constructor(order: LoadOrder) {
    this.#order = order;
    this.#isAlwaysNew = order.body.includes("{question}");
  }

  async run(): Promise<LoadResult> {
    const connections = await Promise.all(
      Array.from({ length: this.#order.connections }, () => openConnection(this.#order.port)),
    );
    for (const connection of connections) this.#open.add(connection);
    this.#startedAt = performance.now();
    setTimeout(() => this.#end(), this.#order.seconds * 1000);
    if (this.#order.mode === "closed") for (const connection of connections) this.#keepBusy(connection);
    else this.#keepRate(connections);
    await this.#done.promise;
    for (const { socket } of this.#open) socket.destroy();
    return this.#result();
  }

  #keepBusy(connection: Connection): void {
    if (this.#ended || (this.#order.calls !== undefined && this.#started >= this.#order.calls)) {
      if (this.#order.calls !== undefined && this.#calls >= this.#order.calls) this.#end();
      return;
    }
    const { trouble } = this.#order;
    const draw = trouble === undefined ? 1 : this.#draw();
    if (trouble !== undefined && draw < trouble.leaves + trouble.cuts) {
      this.#disturb(connection, draw < trouble.leaves);
      return;
    }
    this.#send(connection, performance.now(), () => this.#keepBusy(connection));
  }

  /** In [0, 1), the same in every run (Lehmer's generator). */
  #draw(): number {
    this.#random = (this.#random * 48_271) % 2_147_483_647;
    return this.#random / 2_147_483_647;
  }

  /** A call that ends badly; its connection is replaced, for it is broken or may be. */
  #disturb(connection: Connection, leaves: boolean): void {
    this.#started += 1;
    const isStream = leaves || this.#cut % 2 === 0;
    if (leaves) this.#left += 1;
    else this.#cut += 1;
    const finish = (): void => {
      connection.onData = () => {};
      connection.socket.removeAllListeners("close").destroy();
      this.#open.delete(connection);
      this.#calls += 1;
      void this.#goOnAnew();
    };
    connection.onData = (chunk) => {
      if (leaves || connection.reader.push(chunk) !== null) finish();
    };
    connection.socket.once("close", finish);
    connection.socket.write(this.#request({ ...(isStream && { stream: true }), ...(!leaves && { user: CUT }) }));
  }

  /** Calls start when they are due, whether answers have come or not; waiting for a connection counts. */
  #keepRate(connections: readonly Connection[]): void {
    this.#idle.push(...connections);
    const pacer = new Pacer(this.#order.ratePerSecond ?? 100, (dueMs) => {
      if (this.#ended) return pacer.stop();
      this.#backlog.push(dueMs);
      this.#takeBacklog();
    });
  }

  #takeBacklog(): void {
    while (this.#backlog.length > 0) {
      const connection = this.#idle.pop();
      const due = connection === undefined ? undefined : this.#backlog.shift();
      if (connection === undefined || due === undefined) return;
      this.#send(connection, due, () => {
        this.#idle.push(connection);
        this.#takeBacklog();
      });
    }
  }

  async #goOnAnew(): Promise<void> {
    const fresh = await openConnection(this.#order.port);
    this.#open.add(fresh);
    if (this.#ended) fresh.socket.destroy();
    else this.#keepBusy(fresh);
  }

  #send(connection: Connection, dueAt: number, next: () => void): void {
    this.#started += 1;
    let sawEvent = false;
    connection.onData = (chunk) => {
      const response = connection.reader.push(chunk);
      if (!sawEvent && (connection.reader.sawEvent || (response?.events ?? 0) > 0)) {
        sawEvent = true;
        this.#firstEvents.push(performance.now() - dueAt);
      }
      if (response === null) return;
      this.#calls += 1;
      if (response.status === 200) {
        this.#events += response.events;
        this.#latencies.push(performance.now() - dueAt);
      } else this.#errors += 1;
      next();
    };
    connection.socket.write(this.#request());
  }

  #request(more: object | null = null): string {
    const { path, headers, port } = this.#order;
    const asked = this.#isAlwaysNew
      ? this.#order.body.replace("{question}", `${this.#run}-${this.#started}`)
      : this.#order.body;
    const body = more === null ? asked : JSON.stringify({ ...(JSON.parse(asked) as object), ...more });
    const session = `${this.#run}-${Math.floor(this.#started / CALLS_PER_SESSION)}`;
    const lines = headers.map((line) => `${line.replace("{session}", session)}\r\n`).join("");
    return `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n${lines}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#done.resolve();
  }

  #result(): LoadResult {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    return {
      calls: this.#calls,
      errors: this.#errors,
      left: this.#left,
      cut: this.#cut,
      seconds,
      callsPerSecond: this.#latencies.length / seconds,
      eventsPerSecond: this.#events / seconds,
      p50Ms: quantile(this.#latencies, 0.5),
      p99Ms: quantile(this.#latencies, 0.99),
      firstEventP50Ms: quantile(this.#firstEvents, 0.5),
    };
  }
}

interface Connection {
  readonly socket: Socket;
  readonly reader: ResponseReader;
  onData: (chunk: Buffer) => void;
}

async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  socket.on("error", () => {});
  const connection: Connection = { socket, reader: new ResponseReader(), onData: () => {} };
  socket.on("data", (chunk) => connection.onData(chunk));
  return connection;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

process.on("message", (order: LoadOrder) => {
  new Generator(order).run().then(
    (result) => process.send?.(result),
    (error: unknown) => process.send?.({ failed: String(error) }),
  );
});
