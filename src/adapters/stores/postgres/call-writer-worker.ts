import { parentPort, workerData } from "node:worker_threads";
import { Kysely, PostgresDialect } from "kysely";
import { RollwardError } from "../../../domain/errors.ts";
import { lowerThreadPriority } from "../../../kit/lower-thread-priority.ts";
import { maskText } from "../../../kit/mask-text.ts";
import { BoundedPool } from "./bounded-pool.ts";
import type { DatabaseAddress, PoolLimits } from "./bounded-pool.ts";
import { createIndexStep } from "./call-index/index-step.ts";
import { Pace } from "./call-index/pace.ts";
import { splitCalls } from "./encoded-call.ts";
import type { Tables } from "./tables.ts";
import { writeCallsTo } from "./write-calls.ts";

/** Where the worker writes. */
export interface WriterOrder {
  readonly address: DatabaseAddress;
  readonly limits: PoolLimits;
}

/** Calls to write, as `joinCalls` gave them; a step of the index, which rests so many times as long as it works. */
export type WriterWork = { readonly number: number } & ({ readonly joined: Uint8Array } | { readonly rests: number });

/** Work; that the step under way is waited for; or the end. */
export type WriterTask = WriterWork | "hurry" | "stop";

/** What became of the calls of a task; `error` is `null` when they are written. */
export interface WriterNews {
  readonly number: number;
  readonly error: WriterError | null;
  /** After a step of the index: how many packs still wait for it. */
  readonly waiting: number;
}

/** An error as it passes between threads; `code` is `null` where it is none of our table. */
export interface WriterError {
  readonly code: RollwardError["code"] | null;
  readonly details: RollwardError["details"];
  readonly message: string;
}

lowerThreadPriority();

const { address, limits } = workerData as WriterOrder;
const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: new BoundedPool(address, limits) }) });
const write = writeCallsTo(db);
const pace = new Pace();
const index = createIndexStep(db, maskText, pace);

async function carryOut(work: WriterWork): Promise<void> {
  const { number } = work;
  const done = "joined" in work ? writeJoined(work.joined) : index(work.rests);
  const news = await done.then(
    (waiting) => ({ error: null, waiting }),
    (error: unknown) => ({ error: wordsOf(error), waiting: 0 }),
  );
  parentPort?.postMessage({ number, ...news } satisfies WriterNews);
}

async function writeJoined({ buffer, byteOffset, length }: Uint8Array): Promise<0> {
  await write(splitCalls(Buffer.from(buffer, byteOffset, length))).finally(() => free(buffer));
  return 0;
}

/** Until the collector runs, megabytes would lie here that nobody needs, and call for it to run. */
function free(memory: ArrayBufferLike): void {
  if (memory instanceof ArrayBuffer) memory.transfer(0);
}

function wordsOf(error: unknown): WriterError {
  if (error instanceof RollwardError) return { code: error.code, details: error.details, message: error.message };
  return { code: null, details: {}, message: error instanceof Error ? error.message : String(error) };
}

parentPort?.on("message", (task: WriterTask) => {
  if (task === "stop") void db.destroy().finally(() => process.exit(0));
  else if (task === "hurry") pace.hurry();
  else void carryOut(task);
});
