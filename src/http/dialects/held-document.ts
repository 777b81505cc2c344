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

/** The JSON object that a document is, read with `parse`; `null` when it is none, which is a fault then. */
export function objectIn(
  bytes: Buffer,
  faults: Faults,
  parse: (text: string) => unknown = JSON.parse,
): Readonly<Record<string, unknown>> | null {
  const text = bytes.toString();
  try {
    const body = parse(text);
    if (isRecord(body)) return body;
    faults.fail("provider_bad_answer", "it is not a JSON object");
  } catch {
    const isPage = text.trimStart().startsWith("<");
    faults.fail("provider_bad_answer", isPage ? "it is a web page" : "it is not JSON");
  }
  return null;
}
