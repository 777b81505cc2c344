import { promisify } from "node:util";
import { constants, zstdCompress, zstdCompressSync, zstdDecompress } from "node:zlib";

const compressAsync = promisify(zstdCompress);
const decompressAsync = promisify(zstdDecompress);

/** Up to here compressing takes less time (0.1 ms) than handing the work to the thread pool and back. */
const SMALL_BYTES = 128 * 1024;

/** The fastest level: higher ones gain nothing on what is packed here. */
const FASTEST = { [constants.ZSTD_c_compressionLevel]: 1 };

/** Compresses with zstd; what is large on Node's thread pool. */
export async function compress(bytes: Uint8Array): Promise<Buffer> {
  const options = { params: FASTEST, pledgedSrcSize: bytes.length };
  return bytes.length <= SMALL_BYTES ? zstdCompressSync(bytes, options) : compressAsync(bytes, options);
}

/** The opposite of `compress`. Rejects when there are more than `maxBytes`. */
export const decompress = (bytes: Uint8Array, maxBytes: number): Promise<Buffer> =>
  decompressAsync(bytes, { maxOutputLength: Math.max(1, maxBytes) });
