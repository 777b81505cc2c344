import { randomInt } from "node:crypto";
import { PLAIN, escapeEnd, escapedCodePoint } from "./json-string.ts";

/** The keys of one object that is open. */
export interface KeyRange {
  /** Where its first key stands in the list of all. */
  readonly firstKey: number;
  /** Open addressing: positions plus one, 0 where it is free; `null` while the keys are few. */
  table: Int32Array | null;
}

/** Keys of one object that are compared one by one before a table is worth its making. */
const FEW_KEYS = 16;

/** Numbers in the list for each key: offsets of its opening quote and of its end, and its hash. */
const STRIDE = 3;

/** Flag of a key that has escapes or characters beyond ASCII. */
const NOT_ASCII = 0x80;
/** Flag of a key that spells a letter, a digit or an underscore as an escape. */
const ESCAPED_WORD = 0x100;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The keys of those objects of a JSON document that are open, outermost first, to find duplicates in time
 * linear in the bytes. Keys are compared as decoded: by their hashes, and as text only where these agree.
 */
export class JsonKeys {
  readonly #bytes: Buffer;
  readonly #list: number[] = [];
  #length = 0;
  /** Hash of the key read last. */
  #hash = 0;
  /** What the key read last holds: the flags below and bits of its bytes. */
  #seen = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Where the keys of an object that opens now begin. */
  get position(): number {
    return this.#length;
  }

  hasMoreThan(keys: number, range: KeyRange): boolean {
    return this.#length - range.firstKey > keys * STRIDE;
  }

  /** Forgets the keys of an object that closes. */
  drop(range: KeyRange): void {
    this.#length = range.firstKey;
  }

  /** Reads and adds the key whose quote opens at `open`: its end, or `-1 - at` when there is a fault at `at`. */
  read(open: number): number {
    const bytes = this.#bytes;
    let at = open + 1;
    let hash = HASH_START;
    let seen = 0;
    for (;;) {
      const byte = bytes[at] ?? 0;
      if (PLAIN[byte] === 1) {
        hash = mix(hash, byte);
        seen |= byte;
        at += 1;
      } else if (byte === BACKSLASH) {
        const end = escapeEnd(bytes, at);
        if (end < 0) return -1 - at;
        const codePoint = escapedCodePoint(bytes, at);
        hash = mixCodePoint(hash, codePoint);
        seen |= isWordCharacter(codePoint) ? NOT_ASCII | ESCAPED_WORD : NOT_ASCII;
        at = end;
      } else break;
    }
    if (bytes[at] !== QUOTE) return -1 - at;
    this.#seen = seen;
    this.#hash = hash;
    this.#push(open, at + 1, hash);
    return at + 1;
  }

  /** Whether the object has the key read last already. To be asked once after each key. */
  isRepeated(range: KeyRange): boolean {
    const list = this.#list;
    const last = this.#length - STRIDE;
    const first = range.firstKey;
    if (last - first >= FEW_KEYS * STRIDE) return this.#isInTable(range, last);
    const hash = this.#hash;
    for (let other = first; other < last; other += STRIDE) {
      if (list[other + 2] === hash && this.#textAt(other) === this.#textAt(last)) return true;
    }
    return false;
  }

  /** Whether the key read last is this word. */
  lastIs(word: HashedWord): boolean {
    return this.#hash === word.hash && this.#textAt(this.#length - STRIDE) === word.text;
  }

  /** Whether the key read last spells a letter, a digit or an underscore as an escape. */
  lastEscapesWord(): boolean {
    return (this.#seen & ESCAPED_WORD) !== 0;
  }

  /** The key read last, decoded. */
  last(): string {
    const last = this.#length - STRIDE;
    if (this.#seen >= NOT_ASCII) return this.#textAt(last);
    const start = (this.#list[last] ?? 0) + 1;
    const end = (this.#list[last + 1] ?? 0) - 1;
    const slot = this.#hash & (SEEN_KEYS - 1);
    const seen = seenKeys[slot] ?? "";
    if (seen.length === end - start && isAsciiAt(this.#bytes, start, seen)) return seen;
    const text = this.#bytes.toString("latin1", start, end);
    if (text.length <= LONGEST_SEEN) seenKeys[slot] = text;
    return text;
  }

  #push(open: number, end: number, hash: number): void {
    const list = this.#list;
    const at = this.#length;
    if (at === list.length) list.push(open, end, hash);
    else {
      list[at] = open;
      list[at + 1] = end;
      list[at + 2] = hash;
    }
    this.#length = at + STRIDE;
  }

  #textAt(position: number): string {
    return JSON.parse(this.#bytes.toString("utf8", this.#list[position], this.#list[position + 1])) as string;
  }

  #isInTable(range: KeyRange, last: number): boolean {
    const keys = (last - range.firstKey) / STRIDE;
    // At most half full, so that a free place is near.
    if (range.table === null || keys * 2 >= range.table.length) {
      const table = new Int32Array((range.table?.length ?? FEW_KEYS * 2) * 2);
      for (let key = range.firstKey; key < last; key += STRIDE) this.#place(table, key);
      range.table = table;
    }
    return !this.#place(range.table, last);
  }

  /** Puts a key into a table; false when the same is there. */
  #place(table: Int32Array, key: number): boolean {
    const list = this.#list;
    const hash = list[key + 2] ?? 0;
    const mask = table.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const other = (table[slot] ?? 0) - 1;
      if (other < 0) {
        table[slot] = key + 1;
        return true;
      }
      if (list[other + 2] === hash && this.#textAt(other) === this.#textAt(key)) return false;
    }
  }
}

/** Places for short keys seen lately, by hash: bodies bear the same few names, and making a string costs more than comparing. */
const SEEN_KEYS = 512;
const LONGEST_SEEN = 32;
const seenKeys: string[] = Array.from({ length: SEEN_KEYS }, () => "");

/** A word whose hash is known. */
export interface HashedWord {
  readonly text: string;
  readonly hash: number;
}

/** Prepares a word for `lastIs`. */
export const hashedWord = (text: string): HashedWord => ({ text, hash: Buffer.from(text).reduce(mix, HASH_START) });

/**
 * Secrets of this process: nobody can choose keys whose hashes agree. The factor is odd so that no state is
 * lost; the start is not 0, from which NULs would lead nowhere.
 */
const HASH_FACTOR = randomInt(2 ** 31) * 2 + 1;
const HASH_START = randomInt(1, 2 ** 31);

function mix(hash: number, byte: number): number {
  const product = Math.imul(hash ^ byte, HASH_FACTOR);
  return product ^ (product >>> 15);
}

/** Mixes in the UTF-8 bytes of a code point. */
function mixCodePoint(hash: number, codePoint: number): number {
  if (codePoint < 0x80) return mix(hash, codePoint);
  const last = 0x80 | (codePoint & 0x3f);
  if (codePoint < 0x800) return mix(mix(hash, 0xc0 | (codePoint >> 6)), last);
  const middle = 0x80 | ((codePoint >> 6) & 0x3f);
  if (codePoint < 0x10000) return mix(mix(mix(hash, 0xe0 | (codePoint >> 12)), middle), last);
  const second = 0x80 | ((codePoint >> 12) & 0x3f);
  return mix(mix(mix(mix(hash, 0xf0 | (codePoint >> 18)), second), middle), last);
}

function isWordCharacter(codePoint: number): boolean {
  const lower = codePoint | 0x20;
  const isLetter = lower >= 0x61 && lower <= 0x7a;
  return isLetter || (codePoint >= 0x30 && codePoint <= 0x39) || codePoint === 0x5f;
}

/** Whether the bytes from `start` spell an ASCII word. */
export function isAsciiAt(bytes: Buffer, start: number, word: string): boolean {
  for (let index = 0; index < word.length; index += 1) {
    if (bytes[start + index] !== word.charCodeAt(index)) return false;
  }
  return true;
}
