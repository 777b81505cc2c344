import { parentPort, workerData } from "node:worker_threads";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { DurableFiles } from "./durable-files.ts";
import { embeddedOptions, lastWordsIn } from "./embedded-options.ts";
import { ServedPglite } from "./served-pglite.ts";

/** What the worker is told to serve. */
export interface EmbeddedOrder {
  readonly dataDir: string;
  readonly socketPath: string;
  readonly maxConnections: number;
}

/** What the worker tells. `alive` comes every second while it is not stuck inside a statement. */
export type EmbeddedNews = { readonly type: "ready" | "alive" } | { readonly type: "fatal"; readonly reason: string };

const ALIVE_MS = 1_000;

const { dataDir, socketPath, maxConnections } = workerData as EmbeddedOrder;
const tell = (news: EmbeddedNews): void => parentPort?.postMessage(news);

/** The last thing PostgreSQL said before it gave up, for example that the disk is full. */
let lastWords: string | null = null;

const fail = (error: unknown): void =>
  tell({ type: "fatal", reason: lastWords ?? (error instanceof Error ? error.message : String(error)) });

/** After a PANIC the backend aborts, and PGlite then loops for ever: only the parent can end that. */
function listen(text: string): void {
  lastWords = lastWordsIn(text) ?? lastWords;
  if (text.includes("PANIC:") || text.startsWith("Aborted(")) fail(text.slice(0, 200));
}

async function serve(): Promise<void> {
  const files = new DurableFiles(dataDir);
  const db = new ServedPglite(embeddedOptions(files, listen));
  db.onFault = fail;
  await db.waitReady;
  files.started();
  const server = new PGLiteSocketServer({ db, path: socketPath, maxConnections });
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

try {
  await serve();
} catch (error) {
  fail(error);
  process.exit(1);
}
