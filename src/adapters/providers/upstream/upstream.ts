import type { Socket } from "node:net";
import { RollwardError } from "../../../domain/errors.ts";
import { atEndOfTurn } from "../../../kit/end-of-turn.ts";
import type { ProxyFor } from "../../../kit/outbound-proxy.ts";
import { Connection } from "./connection.ts";
import { Connector } from "./connector.ts";
import { TransportFailure } from "./transport-failure.ts";

/** One origin and how it is connected to. */
export interface UpstreamSettings {
  readonly origin: string;
  readonly connections: number;
  readonly allowPrivate: boolean;
  /** Absent is none. */
  readonly proxyFor?: ProxyFor | undefined;
}

/** A request that wants a connection. */
export interface Waiter {
  readonly provider: string;
  /** How long a connection for it may take to open. */
  readonly connectMs: number;
  /** Whether only a connection that has carried nothing will do. */
  readonly needsNew: boolean;
  /** Here is one. */
  begin(connection: Connection): void;
  /** There will be one; `begin` or `fail` follows. */
  wait(): void;
  /** There is none for it. */
  fail(error: Error): void;
}

/** Calls that may wait for a connection, per connection: enough for a burst, bounded in an outage. */
const WAITING_PER_CONNECTION = 4;
/** How often idle connections are looked at. */
const SWEEP_MS = 500;

/**
 * The connections to one origin: at most so many, each with one request at a time, the one used last first. Requests are sent at the end of
 * a turn of the event loop, when whatever arrived on a connection has been read: bytes that nobody asked for must never become
 * the answer to the next request. For the same reason a connection rests for one whole turn after an answer.
 */
export class Upstream {
  /** As requests name it. */
  readonly host: string;
  readonly #settings: UpstreamSettings;
  readonly #connector: Pick<Connector, "open" | "close">;
  readonly #connections = new Set<Connection>();
  readonly #idle: Connection[] = [];
  // Lists and no sets: a set that calls come into and leave makes itself a new table every few calls, and V8 keeps a chain of its old
  // tables alive, with all calls in them, as soon as one of them has grown old.
  /** Requests of this turn. */
  readonly #asking: Waiter[] = [];
  /** Requests without a connection, in the order in which they came. */
  readonly #line: Waiter[] = [];
  /** Those of them for which no connection is being opened; one that is opened for somebody who has one already may still become theirs. */
  readonly #unserved: Waiter[] = [];
  #opening = 0;
  /** Connections whose answers ended in this turn, and in the one before. */
  #freed: Connection[] = [];
  #resting: Connection[] = [];
  #isTurnAwaited = false;
  #sweep: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(settings: UpstreamSettings, connector: Pick<Connector, "open" | "close"> = new Connector(settings)) {
    this.#settings = settings;
    this.#connector = connector;
    this.host = new URL(settings.origin).host;
  }

  /** Gives a request a connection: at the end of the turn, or when there is one. */
  ask(waiter: Waiter): void {
    this.#asking.push(waiter);
    this.#awaitTurn();
  }

  /** A request no longer waits for a connection. */
  leave(waiter: Waiter): void {
    remove(this.#asking, waiter);
    remove(this.#line, waiter);
    remove(this.#unserved, waiter);
  }

  /** Ends every connection; requests under way and those that wait fail. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#connector.close();
    for (const waiter of [...this.#line, ...this.#asking]) {
      this.leave(waiter);
      waiter.fail(outOfService());
    }
    for (const connection of this.#connections) connection.fail(outOfService());
  }

  free(connection: Connection): void {
    this.#freed.push(connection);
    this.#awaitTurn();
  }

  lost(connection: Connection): void {
    this.#connections.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    this.#openMore();
  }

  #awaitTurn(): void {
    if (this.#isTurnAwaited) return;
    this.#isTurnAwaited = true;
    atEndOfTurn(() => this.#endTurn());
  }

  #endTurn(): void {
    this.#isTurnAwaited = false;
    const rested = this.#resting;
    this.#resting = this.#freed;
    this.#freed = [];
    if (this.#resting.length > 0) this.#awaitTurn();
    for (const connection of rested) if (this.#connections.has(connection)) this.#use(connection, false);
    this.#serveAll();
    this.#openMore();
  }

  /** Those that ask meanwhile have a turn of their own; one whose failure cannot be told takes no other with it. */
  #serveAll(): void {
    try {
      for (let left = this.#asking.length; left > 0; left -= 1) {
        const waiter = this.#asking.shift();
        if (waiter === undefined) break;
        this.#serve(waiter);
      }
    } finally {
      if (this.#asking.length > 0) this.#awaitTurn();
    }
  }

  #serve(waiter: Waiter): void {
    if (this.#isClosed) return waiter.fail(outOfService());
    const connection = waiter.needsNew ? null : this.#takeIdle();
    if (connection !== null) return waiter.begin(connection);
    if (this.#line.length >= this.#settings.connections * WAITING_PER_CONNECTION) {
      const reason = "too many calls wait for a connection already";
      return waiter.fail(new RollwardError("provider_unreachable", { provider: waiter.provider, reason }));
    }
    this.#line.push(waiter);
    this.#unserved.push(waiter);
    waiter.wait();
    if (waiter.needsNew && this.#isFull) this.#takeIdle()?.destroy();
  }

  get #isFull(): boolean {
    return this.#connections.size + this.#opening >= this.#settings.connections;
  }

  #takeIdle(): Connection | null {
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (connection.isOpen) return connection;
      connection.destroy();
    }
    return null;
  }

  /** Gives a free connection to whoever waits longest. */
  #use(connection: Connection, isNew: boolean): void {
    if (!connection.isOpen) return connection.destroy();
    // Passed over for every later call, they would wait for as long as the pool is full.
    if (!isNew && this.#isFull && this.#firstNeedNew > this.#opening) return connection.destroy();
    const waiter = this.#line.find(({ needsNew }) => isNew || !needsNew);
    if (waiter !== undefined) {
      this.leave(waiter);
      return waiter.begin(connection);
    }
    // Whoever is left needs a new one.
    if (this.#line.length > 0 && this.#isFull) return connection.destroy();
    this.#idle.push(connection);
    this.#sweep ??= setInterval(() => this.#endIdle(), SWEEP_MS).unref();
  }

  /** How many at the head of the line need a new connection. */
  get #firstNeedNew(): number {
    const at = this.#line.findIndex(({ needsNew }) => !needsNew);
    return at < 0 ? this.#line.length : at;
  }

  /** Opens connections for those in line, as far as those that are opening or resting do not suffice. */
  #openMore(): void {
    if (this.#line.length === 0) return;
    const takers = this.#line.filter(({ needsNew }) => !needsNew).length;
    const resting = Math.min(this.#resting.length + this.#freed.length, takers);
    while (!this.#isClosed && this.#opening + resting < this.#line.length) {
      const [waiter] = this.#unserved;
      if (waiter === undefined || this.#isFull) return;
      remove(this.#unserved, waiter);
      this.#open(waiter);
    }
  }

  #open(waiter: Waiter): void {
    this.#opening += 1;
    this.#connector.open(waiter.connectMs, (result) => {
      this.#opening -= 1;
      if (result instanceof Error) this.#notOpened(waiter, result);
      else this.#opened(waiter, result);
    });
  }

  /** It goes to whoever waits longest. If that is not the one it was opened for, that one is without. */
  #opened(waiter: Waiter, socket: Socket): void {
    if (this.#isClosed) return void socket.destroy();
    const connection = new Connection(socket, this);
    this.#connections.add(connection);
    this.#use(connection, true);
    if (this.#line.includes(waiter)) this.#unserved.unshift(waiter);
    this.#openMore();
  }

  /** What failed for one request fails that one; the others have connections of their own under way. */
  #notOpened(waiter: Waiter, error: Error): void {
    const isWaiting = this.#line.includes(waiter);
    this.leave(waiter);
    if (isWaiting) waiter.fail(error);
    this.#openMore();
  }

  #endIdle(): void {
    for (const connection of this.#idle) connection.idleMs -= SWEEP_MS;
    for (const connection of this.#idle.filter(({ idleMs }) => idleMs <= 0)) connection.destroy();
    if (this.#idle.length > 0 || this.#sweep === null) return;
    clearInterval(this.#sweep);
    this.#sweep = null;
  }
}

function remove(list: Waiter[], waiter: Waiter): void {
  const at = list.indexOf(waiter);
  if (at >= 0) list.splice(at, 1);
}

const outOfService = (): TransportFailure =>
  new TransportFailure("ROLLWARD_OUT_OF_SERVICE", "The provider was taken out of service.");
