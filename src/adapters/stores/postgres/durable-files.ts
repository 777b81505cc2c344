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

type Started = Awaited<ReturnType<NodeFS["init"]>>;

/**
 * PGlite's files on disk, with a working fsync: what PostgreSQL asks to be flushed is flushed, so that an
 * acknowledged commit survives the loss of power too. Needs `wal_sync_method=fsync`, because emscripten's
 * fdatasync does nothing.
 */
export class DurableFiles extends NodeFS {
  override async init(...terms: Parameters<NodeFS["init"]>): Promise<Started> {
    const { emscriptenOpts } = await super.init(...terms);
    const preRun: Started["emscriptenOpts"]["preRun"] = [
      ...(emscriptenOpts.preRun ?? []),
      (module) => {
        const { stream_ops: operations } = module.FS.filesystems.NODEFS as unknown as {
          readonly stream_ops: FileOperations;
        };
        operations.fsync = flush;
      },
    ];
    return { emscriptenOpts: { ...emscriptenOpts, preRun } };
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
