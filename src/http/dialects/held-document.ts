import type { Faults } from "./event-stream.ts";
import { isRecord } from "./is-record.ts";

/** Largest whole answer that is held to be read, bytes; a server sets its own smaller limit elsewhere. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Holds an answer that comes in one document until all of it is there. */
export class HeldDocument {
  readonly #faults: Faults;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  push(chunk: Buffer): void {
    if (this.#faults.fault !== null) return;
    this.#length += chunk.length;
    this.#chunks.push(chunk);
    if (this.#length <= MOST_BYTES) return;
    this.#faults.fail("provider_bad_answer", `it has more than ${MOST_BYTES} bytes`);
    this.#chunks = [];
  }

  /** All that came. */
  end(): Buffer {
    const [only] = this.#chunks;
    return this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks);
  }
}

/** Larger documents are not kept for the next reader, bytes. */
const MOST_KEPT = 256 * 1024;

let last: { readonly bytes: Buffer; readonly body: unknown } | null = null;

/**
 * What `JSON.parse` makes of an answer in one document; throws as it does. What was read last is kept: an answer that goes
 * into the cache is read when it comes, and twice more when the call ends, always in the same buffer. Nobody may
 * change what is read, nor the bytes of an answer.
 */
export function parseAnswer(bytes: Buffer): unknown {
  if (last?.bytes === bytes) return last.body;
  const body: unknown = JSON.parse(bytes.toString());
  last = bytes.length > MOST_KEPT ? null : { bytes, body };
  return body;
}

/** The JSON object that a document is, read with `parse`; `null` when it is none, which is a fault then. */
export function objectIn(
  bytes: Buffer,
  faults: Faults,
  parse: (bytes: Buffer) => unknown = parseAnswer,
): Readonly<Record<string, unknown>> | null {
  try {
    const body = parse(bytes);
    if (isRecord(body)) return body;
    faults.fail("provider_bad_answer", "it is not a JSON object");
  } catch {
    const isPage = bytes.toString().trimStart().startsWith("<");
    faults.fail("provider_bad_answer", isPage ? "it is a web page" : "it is not JSON");
  }
  return null;
}
