import { parentPort, workerData } from "node:worker_threads";
import { Kysely, PostgresDialect } from "kysely";
import { RollwardError } from "../../../domain/errors.ts";
import { BoundedPool } from "./bounded-pool.ts";
import type { DatabaseAddress, PoolLimits } from "./bounded-pool.ts";
import { splitCalls } from "./encoded-call.ts";
import type { Tables } from "./tables.ts";
import { writeCallsTo } from "./write-calls.ts";

/** Where the worker writes. */
export interface WriterOrder {
  readonly address: DatabaseAddress;
  readonly limits: PoolLimits;
}

/** Calls to write, as `joinCalls` gave them; or the end. */
export type WriterTask = { readonly number: number; readonly joined: Uint8Array } | "stop";

/** What became of the calls of a task; `error` is `null` when they are written. */
export interface WriterNews {
  readonly number: number;
  readonly error: WriterError | null;
}

/** An error as it passes between threads; `code` is `null` where it is none of our table. */
export interface WriterError {
  readonly code: RollwardError["code"] | null;
  readonly details: RollwardError["details"];
  readonly message: string;
}

const { address, limits } = workerData as WriterOrder;
const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: new BoundedPool(address, limits) }) });
const write = writeCallsTo(db);

async function carryOut(number: number, joined: Uint8Array): Promise<void> {
  const error = await write(splitCalls(Buffer.from(joined.buffer, joined.byteOffset, joined.length))).then(
    () => null,
    wordsOf,
  );
  parentPort?.postMessage({ number, error } satisfies WriterNews);
}

function wordsOf(error: unknown): WriterError {
  if (error instanceof RollwardError) return { code: error.code, details: error.details, message: error.message };
  return { code: null, details: {}, message: error instanceof Error ? error.message : String(error) };
}

parentPort?.on("message", (task: WriterTask) => {
  if (task === "stop") void db.destroy().finally(() => process.exit(0));
  else void carryOut(task.number, task.joined);
});
