import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import type { PGliteOptions } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { DurableFiles } from "./durable-files.ts";
import { ServedPglite } from "./served-pglite.ts";

/** What the worker is told to do. */
export interface EmbeddedOrder {
  /** `create` makes a new database and ends; `serve` opens one and listens. */
  readonly task: "create" | "serve";
  readonly dataDir: string;
  readonly socketPath: string;
  readonly maxConnections: number;
}

/** What the worker tells. `alive` comes every second while it is not stuck inside a statement. */
export type EmbeddedNews =
  | { readonly type: "created" | "ready" | "alive" }
  | { readonly type: "fatal"; readonly reason: string };

const ALIVE_MS = 1_000;

/**
 * Settings beside PGlite's own. One backend serves everything, so small buffers do: 128 MB of them cost
 * 100 MB of memory and gain nothing. Nothing checkpoints by itself in a single-user backend (see maintain.ts).
 */
const SETTINGS = [
  "shared_buffers=16MB",
  "wal_buffers=1MB",
  "wal_sync_method=fsync",
  "max_wal_size=64MB",
  "min_wal_size=32MB",
  "log_min_messages=error",
];

const order = workerData as EmbeddedOrder;
const tell = (news: EmbeddedNews): void => parentPort?.postMessage(news);

/** The last thing PostgreSQL said before it gave up, for example that the disk is full. */
let lastWords = "";

/** After a PANIC the backend calls abort, and PGlite then loops for ever: only the parent can end that. */
function listen(text: string): boolean {
  const [, severity, message] = /\b(PANIC|FATAL):\s+(.*)/.exec(text.slice(0, 500)) ?? [];
  if (message !== undefined) lastWords = message;
  if (severity === "PANIC") tell({ type: "fatal", reason: message ?? "it gave up" });
  else if (text.startsWith("Aborted(")) tell({ type: "fatal", reason: lastWords || text });
  return false;
}

const options = (): PGliteOptions => ({
  fs: new DurableFiles(order.dataDir),
  // PGlite's own start with fsync left on.
  startParams: [
    ...PGlite.defaultStartParams.filter((each) => each !== "-F"),
    ...SETTINGS.flatMap((setting) => ["-c", setting]),
  ],
  relaxedDurability: false,
  onStderr: listen,
});

const reasonOf = (error: unknown): string => lastWords || (error instanceof Error ? error.message : String(error));

async function serve(): Promise<void> {
  const db = new ServedPglite(options());
  await db.waitReady;
  db.onFault = (error) => tell({ type: "fatal", reason: reasonOf(error) });
  const server = new PGLiteSocketServer({ db, path: order.socketPath, maxConnections: order.maxConnections });
  await server.start();
  parentPort?.once("message", () => {
    void server
      .stop()
      .then(() => db.close())
      .finally(() => process.exit(0));
  });
  tell({ type: "ready" });
  setInterval(() => tell({ type: "alive" }), ALIVE_MS);
}

async function create(): Promise<void> {
  const db = await PGlite.create(options());
  await db.close();
  tell({ type: "created" });
  process.exit(0);
}

try {
  await (order.task === "create" ? create() : serve());
} catch (error) {
  tell({ type: "fatal", reason: reasonOf(error) });
  process.exit(1);
}
