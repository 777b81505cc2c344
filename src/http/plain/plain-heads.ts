import { timingSafeEqual } from "node:crypto";
import { readBeginning, readPlainHead } from "./read-plain-head.ts";
import type { HeadBeginning, PlainHead } from "./read-plain-head.ts";

/** Where a connection carries the requests of many clients, nothing is learnt of its heads any more after so many. */
const MOST_LESSONS = 8;

const LF = 0x0a;

/**
 * Reads the heads of one connection as `readPlainHead` does. A client writes most lines of its heads alike, and those that all of them began with so far
 * need not be read again. Its key is among them, so that it is in memory, in clear, for as long as the connection is open.
 */
export class PlainHeads {
  #beginning: HeadBeginning | null = null;
  /** The lines of the last head that was read from its first byte, while something can still be learnt from them. */
  #last: Buffer | null = null;
  #lessons = 0;

  /** The head that `bytes` begin with; `null` where it is for Node's parser. */
  read(bytes: Buffer): PlainHead | null {
    const beginning = this.#beginning;
    if (beginning !== null && beginsWith(bytes, beginning.bytes)) return readPlainHead(bytes, beginning);
    const head = readPlainHead(bytes);
    if (head !== null && this.#lessons < MOST_LESSONS) this.#learn(bytes.subarray(0, head.headBytes - 2));
    return head;
  }

  #learn(lines: Buffer): void {
    this.#lessons += 1;
    const before = this.#last;
    this.#beginning = before === null ? null : readBeginning(ownBytes(lines.subarray(0, alikeBytes(before, lines))));
    this.#last = this.#lessons < MOST_LESSONS ? ownBytes(lines) : null;
  }
}

/** In memory of their own: what arrived with them is not to be kept, nor is a pool that others use. */
function ownBytes(bytes: Buffer): Buffer {
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  return own;
}

/** Takes as long wherever the difference is: there is a key among those lines, and others may share a connection. */
const beginsWith = (bytes: Buffer, beginning: Buffer): boolean =>
  bytes.length >= beginning.length && timingSafeEqual(bytes.subarray(0, beginning.length), beginning);

/** Length of the whole lines that both begin with. */
function alikeBytes(one: Buffer, other: Buffer): number {
  let whole = 0;
  for (let at = 0; at < one.length && one[at] === other[at]; at += 1) if (one[at] === LF) whole = at + 1;
  return whole;
}
