import type { IncomingMessage } from "node:http";
import { RollwardError } from "../domain/errors.ts";

/** Bodies up to this size are not counted: connections are, and each has one. */
export const SMALL_BYTES = 16 * 1024;

/** Bytes of bodies that are arriving, over all connections. */
export class ArrivingBytes {
  readonly #limit: number;
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts them in; false, and nothing changes, when that would break the bound. */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#limit) return false;
    this.#bytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
  }

  full(): RollwardError {
    return new RollwardError("bodies_full", { limitBytes: this.#limit });
  }
}

/** Bounds of one body. */
export interface BodyTerms {
  /** Largest body in bytes, as it is in force when the body begins. */
  readonly limitBytes: number;
  readonly arriving: ArrivingBytes;
}

/** Ends the reading of a body, once: with a fault, or with all of its bytes in a buffer of their own. */
export type BodyRead = (fault: RollwardError | null, body?: Buffer) => void;

/**
 * Reads a body as bytes: the strict scan must see exactly what came. A body whose declared length is too large is
 * refused before a byte of it is read.
 */
export function readBody(request: IncomingMessage, { limitBytes, arriving }: BodyTerms, done: BodyRead): void {
  if (Number(request.headers["content-length"]) > limitBytes) {
    done(new RollwardError("body_too_large", { limitBytes }));
    return;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  /** How many of them are counted in `arriving`. */
  let counted = 0;
  let isOver = false;
  const finish = (fault: RollwardError | null): void => {
    if (isOver) return;
    isOver = true;
    if (counted > 0) arriving.give(counted);
    // After the end nothing comes; taking the listeners off would cost as much as reading a small body.
    if (fault !== null) request.off("data", take).off("end", end).off("error", broken);
    // Always a copy: a chunk is a view of a buffer of the connection that is many times as large.
    if (fault === null) done(null, Buffer.concat(chunks, length));
    else done(fault);
  };
  const take = (chunk: Buffer): void => {
    length += chunk.length;
    if (length > limitBytes) return finish(new RollwardError("body_too_large", { limitBytes }));
    if (length > SMALL_BYTES) {
      if (!arriving.take(length - counted)) return finish(arriving.full());
      counted = length;
    }
    chunks.push(chunk);
  };
  const end = (): void => finish(null);
  const broken = (): void => finish(new RollwardError("malformed_http", { reason: "its body ended too early" }));
  request.on("data", take).on("end", end).on("error", broken);
}
