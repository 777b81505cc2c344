import { Redis } from "ioredis";
import type { Clock } from "../../ports/clock.ts";
import type { Valkey, ValkeyArgument } from "../../ports/valkey.ts";

/** What a connection is made with. */
export interface ValkeyTerms {
  readonly clock: Clock;
  /** A command that takes longer is given up, ms; absent is 40, a few hundred times what it takes. */
  readonly limitMs?: number;
  /** Hears once when the server goes away, and once when it is back. */
  readonly onChange?: (isAway: boolean, reason: string) => void;
}

const LIMIT_MS = 40;
/**
 * While the server is away, it is asked after this long, ms, and then after twice as long each time up to a second: one
 * late answer of a busy machine costs little, and a server that is gone is seldom asked.
 */
const FIRST_PROBE_MS = 50;
const LAST_PROBE_MS = 1_000;
/** Longest wait for the connection when the program starts, ms; it starts without it if it must. */
const START_MS = 2_000;
/** Longest wait between two attempts to connect, ms. */
const RECONNECT_MS = 1_000;

class AwayError extends Error {}

/**
 * Connects to a Valkey or Redis server (`redis://`, `rediss://`); resolves when the connection stands, or after two
 * seconds without one, which is then made when the server comes.
 */
export async function connectValkey(url: string, terms: ValkeyTerms): Promise<Valkey> {
  const connection = new Connection(url, terms);
  await connection.started;
  return connection;
}

class Connection implements Valkey {
  readonly #redis: Redis;
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #onChange: (isAway: boolean, reason: string) => void;
  readonly started: Promise<void>;
  #isAway = false;
  #isClosed = false;
  #stopProbe: () => void = () => {};
  #probeMs = FIRST_PROBE_MS;
  /** Whether its going away was told: one late answer is no news. */
  #isTold = false;

  constructor(url: string, { clock, onChange, limitMs = LIMIT_MS }: ValkeyTerms) {
    this.#limitMs = limitMs;
    this.#clock = clock;
    this.#onChange = onChange ?? (() => {});
    this.#redis = new Redis(url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      connectTimeout: START_MS,
      connectionName: "rollward",
      retryStrategy: (times) => Math.min(RECONNECT_MS, times * 50),
    });
    // Without a listener a lost connection would end the process; commands tell of it.
    this.#redis.on("error", () => {});
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = clock.after(START_MS, resolve);
    this.#redis.once("ready", () => {
      cancel();
      resolve();
    });
    this.started = promise;
  }

  get isReady(): boolean {
    return !this.#isAway && this.#redis.status === "ready";
  }

  async run(command: string, ...args: readonly ValkeyArgument[]): Promise<unknown> {
    if (this.#redis.status !== "ready") throw new AwayError("Valkey is not connected.");
    if (this.#isAway) throw new AwayError("Valkey is away.");
    try {
      return await this.#heard(this.#redis.call(command, ...args));
    } catch (error) {
      // Many commands may be late together: they are one event.
      if (!isReply(error) && !this.#isAway) this.#away();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopProbe();
    this.#redis.disconnect();
    await Promise.resolve();
  }

  /** An answer in time, be it an error that the server itself tells, says that it is there. */
  async #heard<T>(answer: Promise<T>): Promise<T> {
    try {
      const value = await this.#within(answer);
      this.#back();
      return value;
    } catch (error) {
      if (isReply(error)) this.#back();
      throw error;
    }
  }

  /** From here on nobody waits for the server until it was found to be back. */
  #away(): void {
    this.#isAway = true;
    this.#probeLater();
  }

  #probeLater(): void {
    if (this.#isClosed) return;
    this.#stopProbe = this.#clock.after(this.#probeMs, () => void this.#probe());
    this.#probeMs = Math.min(LAST_PROBE_MS, this.#probeMs * 2);
  }

  /** Asks the server by a command of its own: no call waits for what it may not answer. */
  async #probe(): Promise<void> {
    if (!this.#isAway) return;
    try {
      if (this.#redis.status !== "ready") throw new AwayError("Valkey is not connected.");
      await this.#heard(this.#redis.call("PING"));
    } catch (error) {
      if (!this.#isAway) return;
      this.#probeLater();
      if (this.#isTold) return;
      this.#isTold = true;
      this.#onChange(true, error instanceof Error ? error.message : String(error));
    }
  }

  #within<T>(answer: Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let cancel = this.#clock.after(this.#limitMs, () => {
      // A process that was busy for so long finds the answer waiting: it is read before the next timer.
      cancel = this.#clock.after(1, () => reject(new AwayError(`Valkey did not answer within ${this.#limitMs} ms.`)));
    });
    answer.then(resolve, reject);
    return promise.finally(() => cancel());
  }

  #back(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#stopProbe();
    this.#probeMs = FIRST_PROBE_MS;
    if (this.#isTold) this.#onChange(false, "it answers again");
    this.#isTold = false;
  }
}

const isReply = (error: unknown): boolean => error instanceof Error && error.name === "ReplyError";
