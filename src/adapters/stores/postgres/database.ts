import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import { BoundedPool } from "./bounded-pool.ts";
import type { DatabaseAddress, PoolLimits } from "./bounded-pool.ts";
import { databaseError, unavailable } from "./database-error.ts";
import { openEmbedded } from "./embedded.ts";
import type { Embedded } from "./embedded.ts";
import { maintain } from "./maintain.ts";
import { migrate } from "./migrate.ts";
import type { Tables } from "./tables.ts";

/** Which database: a server by its connection string, or the embedded one by its data directory. */
export type DatabaseOptions =
  | { readonly url: string }
  | {
      readonly dataDir: string;
      /** The same database, where somebody has begun to open it. */
      readonly embedded?: Promise<Embedded>;
    };

/** An open database with the newest schema. */
export interface Database {
  readonly db: Kysely<Tables>;
  readonly kind: "embedded" | "server";
  /** For threads that connect by themselves, and the bounds they keep. */
  readonly address: DatabaseAddress;
  readonly limits: PoolLimits;
  /** Why there is nobody to connect to at the moment, where that is known; else `null`. */
  trouble(): string | null;
  /** Why it stopped lately, where that is known; else `null`. */
  lastStop(): string | null;
  /** Whether it answers within a second. */
  ready(): Promise<boolean>;
  close(): Promise<void>;
}

const READY_MS = 1_000;

/** One backend serves all connections of the embedded database; a few keep it busy between round trips. */
const EMBEDDED_LIMITS: PoolLimits = { size: 4, queryMs: 15_000, connectMs: 10_000, maxWaiting: 500 };
const SERVER_LIMITS: PoolLimits = { size: 10, queryMs: 15_000, connectMs: 5_000, maxWaiting: 500 };

/**
 * Opens a database and brings its schema up to date. Throws `database_unavailable`, `data_dir_in_use` or
 * `database_too_new`. `limits` replaces the bounds of the pool.
 */
export async function openDatabase(options: DatabaseOptions, limits: Partial<PoolLimits> = {}): Promise<Database> {
  if ("url" in options) {
    const bounds = { ...SERVER_LIMITS, ...limits };
    const address = addressOf(options.url);
    return connect({ kind: "server", address, limits: bounds, pool: new BoundedPool(address, bounds), embedded: null });
  }
  const embedded = await (options.embedded ?? openEmbedded(options.dataDir));
  const bounds = { ...EMBEDDED_LIMITS, ...limits };
  const address = { host: embedded.socketDir, port: 5432, user: "postgres", database: "postgres", ssl: false } as const;
  const pool = new BoundedPool(address, bounds, () => embedded.trouble());
  return connect({ kind: "embedded", address, limits: bounds, pool, embedded });
}

interface Connection extends Pick<Database, "kind" | "address" | "limits"> {
  readonly pool: BoundedPool;
  readonly embedded: Embedded | null;
}

async function connect({ pool, embedded, ...rest }: Connection): Promise<Database> {
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const stopMaintaining = embedded === null ? () => {} : maintain(db);
  const database: Database = {
    ...rest,
    db,
    trouble: () => embedded?.trouble() ?? null,
    lastStop: () => embedded?.lastStop() ?? null,
    ready: () => answers(db),
    async close() {
      stopMaintaining();
      await db.destroy();
      await embedded?.close();
    },
  };
  try {
    await migrate(db);
  } catch (error) {
    await database.close();
    throw databaseError(error);
  }
  return database;
}

/** A connection string holds a password: what is wrong with one is said without it. */
function addressOf(connectionString: string): DatabaseAddress {
  try {
    // The pool reads it only when it connects.
    void new pg.Client({ connectionString });
  } catch {
    throw unavailable("DATABASE_URL is not a connection string; write postgres://user:password@host:5432/database");
  }
  return { connectionString, keepAlive: true };
}

async function answers(db: Kysely<Tables>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), READY_MS);
  });
  const answer = sql`select 1`.execute(db).then(
    () => true,
    () => false,
  );
  return Promise.race([answer, tooLate]).finally(() => clearTimeout(timer));
}
