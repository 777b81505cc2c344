import { spawnSync } from "node:child_process";
import { fsyncSync } from "node:fs";
import { NodeFS } from "@electric-sql/pglite/nodefs";

/** As much of an emscripten file as is needed here: the descriptor of the real file. */
interface OpenFile {
  readonly nfd: number;
}

/** The operations of emscripten's file system on real files. It has none that flushes to the disk. */
interface FileOperations {
  fsync?: (file: OpenFile) => number;
}

/** Errno of EIO in WASI. */
const EIO = 29;
const SYNC_MS = 10_000;

type Started = Awaited<ReturnType<NodeFS["init"]>>;

/**
 * PGlite's files on disk, with a working fsync: what PostgreSQL asks to be flushed is flushed, so that an
 * acknowledged commit survives the loss of power too. Needs `wal_sync_method=fsync`, because emscripten's
 * fdatasync does nothing.
 */
export class DurableFiles extends NodeFS {
  #isStarting = true;
  #isAllFlushed = false;

  override async init(...terms: Parameters<NodeFS["init"]>): Promise<Started> {
    const { emscriptenOpts } = await super.init(...terms);
    const preRun: Started["emscriptenOpts"]["preRun"] = [
      ...(emscriptenOpts.preRun ?? []),
      (module) => {
        const { stream_ops: operations } = module.FS.filesystems.NODEFS as unknown as {
          readonly stream_ops: FileOperations;
        };
        operations.fsync = (file) => (this.#isAllFlushed ? 0 : flush(file));
      },
    ];
    return { emscriptenOpts: { ...emscriptenOpts, preRun } };
  }

  /**
   * Hears PostgreSQL's log while it starts. Before it recovers from a kill it flushes each of its thousand
   * files, which takes seconds; one call to the system does the same, and those that follow may be skipped
   * until recovery itself begins. Without such a call nothing is skipped.
   */
  hear(text: string): void {
    if (!this.#isStarting) return;
    if (text.includes("interrupted")) this.#isAllFlushed = flushFileSystem(this.rootDir);
    else if (text.includes("recovery in progress")) this.started();
  }

  /** From here on every flush is made. */
  started(): void {
    this.#isStarting = false;
    this.#isAllFlushed = false;
  }
}

function flush(file: OpenFile): number {
  try {
    fsyncSync(file.nfd);
    return 0;
  } catch {
    return EIO;
  }
}

/** Flushes everything on the file system that holds `dir`; says whether that is done. Only Linux knows how. */
const flushFileSystem = (dir: string): boolean =>
  spawnSync("sync", ["-f", dir], { stdio: "ignore", timeout: SYNC_MS }).status === 0;
