import { timingSafeEqual } from "node:crypto";
import { readBeginning, readPlainHead } from "./read-plain-head.ts";
import type { HeadBeginning, PlainHead } from "./read-plain-head.ts";

/** Where a connection carries the requests of many clients, nothing is learnt of its heads any more after so many. */
const MOST_LESSONS = 8;

const LF = 0x0a;

/**
 * Reads the heads of one connection as `readPlainHead` does. A client writes most lines of its heads alike, and those that all of them began with so far
 * need not be read again.
 */
export class PlainHeads {
  #beginning: HeadBeginning | null = null;
  /** The lines of the last head that was read from its first byte. */
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
    // Memory of its own: what arrived with it is not to be kept.
    this.#last = Buffer.from(lines);
    this.#beginning = before === null ? null : readBeginning(this.#last.subarray(0, alikeBytes(before, lines)));
  }
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
