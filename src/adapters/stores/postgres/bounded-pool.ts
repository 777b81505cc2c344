import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from "kysely";
import pg from "pg";
import type { PoolClient } from "pg";
import { databaseError, unavailable } from "./database-error.ts";

/** Where a database is; plain data, so that it can be handed to a thread. */
export type DatabaseAddress =
  | { readonly connectionString: string; readonly keepAlive: true }
  | {
      /** Directory of the Unix socket. */
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly database: string;
      readonly ssl: false;
    };

/** Bounds of a pool. */
export interface PoolLimits {
  /** Connections at most. */
  readonly size: number;
  /** Deadline of one statement. */
  readonly queryMs: number;
  /** Deadline for getting a connection. */
  readonly connectMs: number;
  /** Callers that may wait for a connection; more are refused at once, so that a frozen store piles nothing up. */
  readonly maxWaiting: number;
}

const INT8 = 20;
const { types } = pg;

/** Times and counters are bigint in SQL and safe integers here. */
const getTypeParser: typeof types.getTypeParser = (oid: number, format?: string) =>
  oid === INT8 ? Number : types.getTypeParser(oid, format as "text");

/**
 * The pool that Kysely draws from. Every wait has an end of our own, because `statement_timeout` does not fire
 * in the embedded database and no timeout of a server helps against a frozen one. A connection whose statement
 * missed its deadline is closed, never used again.
 */
export class BoundedPool implements PostgresPool {
  readonly #pool: pg.Pool;
  readonly #limits: PoolLimits;
  readonly #trouble: () => string | null;
  readonly options: object;

  /** `trouble` says why there is nobody to connect to at the moment, where that is known. */
  constructor(address: DatabaseAddress, limits: PoolLimits, trouble: () => string | null = () => null) {
    this.#limits = limits;
    this.#trouble = trouble;
    this.#pool = new pg.Pool({
      ...address,
      max: limits.size,
      connectionTimeoutMillis: limits.connectMs,
      application_name: "rollward",
      types: { getTypeParser },
    });
    // A connection that breaks between two statements would end the process if nobody listened. The pool drops an
    // idle one by itself; the next statement on any other fails.
    this.#pool.on("error", () => {});
    this.#pool.on("connect", (client) => client.on("error", () => {}));
    this.options = this.#pool.options;
  }

  async connect(): Promise<PostgresPoolClient> {
    const trouble = this.#trouble();
    if (trouble !== null) throw unavailable(trouble);
    if (this.#pool.waitingCount >= this.#limits.maxWaiting) {
      throw unavailable(`${this.#pool.waitingCount} statements wait for a connection already`);
    }
    try {
      return new BoundedClient(await this.#pool.connect(), this.#limits.queryMs);
    } catch (error) {
      throw databaseError(error);
    }
  }

  /** Waits for statements under way. */
  end(): Promise<void> {
    return this.#pool.end();
  }
}

class BoundedClient implements PostgresPoolClient {
  readonly #client: PoolClient;
  readonly #queryMs: number;
  #isBroken = false;

  constructor(client: PoolClient, queryMs: number) {
    this.#client = client;
    this.#queryMs = queryMs;
  }

  query<R>(statement: unknown, parameters: readonly unknown[] = []): Promise<PostgresQueryResult<R>> & never {
    if (typeof statement !== "string") throw new TypeError("There are no cursors here; read in pages.");
    return this.#query(statement, parameters) as Promise<PostgresQueryResult<R>> & never;
  }

  async #query(text: string, parameters: readonly unknown[]): Promise<unknown> {
    if (this.#isBroken) throw unavailable("an earlier statement of this transaction missed its deadline");
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#isBroken = true;
        reject(unavailable(`a statement took more than ${this.#queryMs} ms`));
      }, this.#queryMs);
    });
    try {
      return await Promise.race([this.#client.query(text, [...parameters]), deadline]);
    } catch (error) {
      throw databaseError(error);
    } finally {
      clearTimeout(timer);
    }
  }

  release(destroy = false): void {
    this.#client.release(destroy || this.#isBroken);
  }
}
