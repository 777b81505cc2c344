import { fork } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { RollwardError } from "../../../domain/errors.ts";
import type { CreateEmbeddedFailure } from "./create-embedded.ts";
import { unavailable } from "./database-error.ts";
import { lockDataDir } from "./data-dir-lock.ts";
import type { DataDirLock } from "./data-dir-lock.ts";
import type { EmbeddedNews, EmbeddedOrder } from "./embedded-worker.ts";

/** Where pg looks for a server in a directory. */
const SOCKET_FILE = ".s.PGSQL.5432";
/** The system's limit is 104 to 108 bytes; Linux and macOS differ. */
const MAX_SOCKET_PATH_BYTES = 100;
const MAX_CONNECTIONS = 32;
/** Creating takes 2 to 4 s and recovery after a kill less than one; slow disks take longer. */
const START_MS = 120_000;
const STOP_MS = 10_000;
const TICK_MS = 1_000;
/** Ticks without a sign of life after which the worker is stuck: longer than any statement may take. */
const STUCK_TICKS = 30;
const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 10_000;
/** Signs of life, one a second, after which its last stop explains no broken connection any more. */
const EXPLAINED_TICKS = 60;

/** An embedded database that is being served. */
export interface Embedded {
  /** Directory of the Unix socket, for `pg`'s `host`. */
  readonly socketDir: string;
  /** Why nothing answers at the moment, or `null` when the worker is up. */
  trouble(): string | null;
  /** Why it stopped lately, also when it is up again: what breaks a connection says no more than that it broke. */
  lastStop(): string | null;
  /** Stops in good order and gives the data directory back. */
  close(): Promise<void>;
}

/**
 * Opens the database in `dataDir`, making one when there is none, and serves it on a Unix socket that only this
 * user can reach. A worker that dies or is stuck is started again with growing pauses, for ever. Throws
 * `data_dir_in_use`, or `database_unavailable` when it cannot be opened at all.
 */
export async function openEmbedded(dataDir: string): Promise<Embedded> {
  const embedded = claim(dataDir);
  await embedded.start();
  return embedded;
}

function claim(dataDir: string): EmbeddedServer {
  try {
    return new EmbeddedServer(dataDir);
  } catch (error) {
    if (error instanceof RollwardError || !(error instanceof Error)) throw error;
    throw unavailable(`the data directory ${dataDir} cannot be used: ${error.message}`, error);
  }
}

class EmbeddedServer implements Embedded {
  readonly socketDir: string;
  readonly #database: string;
  readonly #socketPath: string;
  readonly #lock: DataDirLock;
  #worker: Worker | null = null;
  #trouble: string | null = "the embedded database is starting";
  #lastStop: string | null = null;
  #ticksSinceStop = 0;
  #silentTicks = 0;
  #failures = 0;
  #isClosing = false;
  #ticker: NodeJS.Timeout | undefined;
  #restart: NodeJS.Timeout | undefined;

  constructor(dataDir: string) {
    this.#lock = lockDataDir(dataDir, () => this.#giveUp("another process has taken the data directory over"));
    this.#database = join(dataDir, "database");
    this.socketDir = socketDirIn(dataDir);
    this.#socketPath = join(this.socketDir, SOCKET_FILE);
  }

  trouble(): string | null {
    return this.#trouble;
  }

  lastStop(): string | null {
    return this.#lastStop;
  }

  async start(): Promise<void> {
    try {
      if (!existsSync(join(this.#database, "PG_VERSION"))) await this.#create();
      await this.#serve();
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    this.#ticker.unref();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#ticker);
    clearTimeout(this.#restart);
    const worker = this.#worker;
    if (worker !== null) await stopInOrder(worker);
    rmSync(this.#socketPath, { force: true });
    if (this.socketDir.startsWith(join(tmpdir(), SOCKET_DIR_PREFIX)))
      rmSync(this.socketDir, { recursive: true, force: true });
    this.#lock.release();
  }

  /** In a directory of another name, so that a kill in the middle leaves nothing that looks like a database. */
  async #create(): Promise<void> {
    const unfinished = `${this.#database}.new`;
    for (const each of [unfinished, this.#database]) rmSync(each, { recursive: true, force: true });
    await create(unfinished);
    renameSync(unfinished, this.#database);
  }

  async #serve(): Promise<void> {
    rmSync(this.#socketPath, { force: true });
    const worker = startWorker({
      dataDir: this.#database,
      socketPath: this.#socketPath,
      maxConnections: MAX_CONNECTIONS,
    });
    this.#worker = worker;
    worker.on("message", (news: EmbeddedNews) => this.#hear(worker, news));
    worker.once("exit", () => this.#gone(worker));
    await untilReady(worker);
    this.#trouble = null;
  }

  #hear(worker: Worker, news: EmbeddedNews): void {
    this.#silentTicks = 0;
    if (news.type === "alive") this.#live();
    if (news.type !== "fatal") return;
    this.#trouble = `the embedded database has stopped and is started again: ${news.reason}`;
    this.#lastStop = this.#trouble;
    this.#ticksSinceStop = 0;
    void worker.terminate();
  }

  #live(): void {
    this.#failures = 0;
    this.#ticksSinceStop += 1;
    if (this.#ticksSinceStop >= EXPLAINED_TICKS) this.#lastStop = null;
  }

  /** Counted in ticks of ours and not in time: after the whole process stood still, one tick is late, not thirty. */
  #tick(): void {
    if (this.#trouble !== null) return;
    this.#silentTicks += 1;
    if (this.#silentTicks < STUCK_TICKS) return;
    this.#trouble = `the embedded database was stuck for ${(STUCK_TICKS * TICK_MS) / 1_000} s and is started again`;
    void this.#worker?.terminate();
  }

  #gone(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#trouble ??= "the embedded database has ended and is started again";
    if (this.#isClosing) return;
    this.#failures += 1;
    const pause = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (this.#failures - 1));
    this.#restart = setTimeout(() => void this.#serveAgain(), pause);
    this.#restart.unref();
  }

  /** A start that fails ends its worker, which brings the next one. */
  async #serveAgain(): Promise<void> {
    this.#silentTicks = 0;
    await this.#serve().catch((error: unknown) => {
      this.#trouble = error instanceof RollwardError ? String(error.details["reason"]) : String(error);
    });
  }

  #giveUp(reason: string): void {
    this.#isClosing = true;
    this.#trouble = reason;
    void this.#worker?.terminate();
  }
}

const SOCKET_DIR_PREFIX = "rollward-";

/** A directory that only this user may enter, with a path short enough for a socket. */
function socketDirIn(dataDir: string): string {
  const own = join(dataDir, "run");
  if (Buffer.byteLength(join(own, SOCKET_FILE)) > MAX_SOCKET_PATH_BYTES) {
    return mkdtempSync(join(tmpdir(), SOCKET_DIR_PREFIX));
  }
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own, { mode: 0o700 });
  return own;
}

const startWorker = (order: EmbeddedOrder): Worker =>
  new Worker(new URL("./embedded-worker.ts", import.meta.url), { workerData: order, execArgv: [] });

const notOpened = (reason: string): Error => unavailable(`the embedded database could not be opened: ${reason}`);

/** Makes a database in a process of its own. Rejects with `database_unavailable`. */
function create(dataDir: string): Promise<void> {
  const child = fork(fileURLToPath(new URL("./create-embedded.ts", import.meta.url)), [dataDir], {
    execArgv: [],
    stdio: "ignore",
    timeout: START_MS,
  });
  return new Promise((resolve, reject) => {
    let reason = `it was not made within ${START_MS / 1_000} s`;
    child.on("message", (failure: CreateEmbeddedFailure) => ({ reason } = failure));
    child.once("error", (error) => reject(notOpened(error.message)));
    child.once("exit", (code) => (code === 0 ? resolve() : reject(notOpened(reason))));
  });
}

/** Rejects with `database_unavailable`; the worker then ends. */
function untilReady(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    let reason = "its worker ended while starting";
    const timer = setTimeout(() => {
      reason = `it did not start within ${START_MS / 1_000} s`;
      void worker.terminate();
    }, START_MS);
    worker.on("message", (news: EmbeddedNews) => {
      if (news.type === "fatal") ({ reason } = news);
      if (news.type !== "ready") return;
      clearTimeout(timer);
      resolve();
    });
    // Also for what nobody catches in the worker: without a listener it would end the whole process.
    worker.on("error", (error) => (reason = error instanceof Error ? error.message : String(error)));
    worker.once("exit", () => {
      clearTimeout(timer);
      reject(notOpened(reason));
    });
  });
}

async function stopInOrder(worker: Worker): Promise<void> {
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  worker.postMessage("stop");
  const timer = setTimeout(() => void worker.terminate(), STOP_MS);
  await ended;
  clearTimeout(timer);
}
