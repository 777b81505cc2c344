import { isUtf8 } from "node:buffer";
import { JsonKeys, hashedWord, isAsciiAt } from "./json-keys.ts";
import type { KeyRange } from "./json-keys.ts";
import { skipJsonString, jsonStringFault } from "./json-string.ts";

/** Bounds of a scan: a document beyond them is refused. */
export interface ScanLimits {
  /** Objects and arrays within one another, the top one included. */
  readonly maxDepth: number;
  /** Tokens as RFC 8259 has them: brackets, braces, colons, commas, strings, numbers, words. */
  readonly maxTokens: number;
}

/** Half-open byte range. */
export interface ScanSpan {
  readonly start: number;
  readonly end: number;
}

/** A top-level member: `member` from the key's opening quote to the end of the value, `value` the value alone. */
export interface ScanMember {
  readonly member: ScanSpan;
  readonly value: ScanSpan;
}

/** Where the parts of a scanned object stand. */
export interface ScanResult {
  /** Just after the opening brace. */
  readonly bodyStart: number;
  /** Top-level members by decoded key, in the order of the document. */
  readonly members: ReadonlyMap<string, ScanMember>;
}

/** Why a document is refused, in plain words, and the byte where that was found. */
export class JsonScanError extends Error {
  override readonly name = "JsonScanError";
  readonly reason: string;
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(`${reason} at byte ${offset}`);
    this.reason = reason;
    this.offset = offset;
  }
}

const DEFAULT_LIMITS: ScanLimits = { maxDepth: 64, maxTokens: 1_000_000 };

/**
 * One strict pass over a JSON object (RFC 8259): valid UTF-8 without a byte order mark, bounded depth and
 * tokens, no duplicate keys at any level, no key `__proto__`, no `constructor` that holds a `prototype`, no
 * lone surrogates, numbers finite as doubles, nothing after the end. What passes means the same to every
 * parser. Linear in the bytes, without recursion: depth is the sender's to choose. Throws JsonScanError.
 */
export function scanJsonObject(bytes: Buffer, limits: ScanLimits = DEFAULT_LIMITS): ScanResult {
  if (bytes.length === 0) throw new JsonScanError("the body is empty", 0);
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) throw new JsonScanError("a byte order mark", 0);
  if (!isUtf8(bytes)) throw new JsonScanError("bytes that are not UTF-8", 0);
  const start = skipSpace(bytes, 0);
  if (bytes[start] !== OPEN_BRACE) throw new JsonScanError("the body is not an object", start);
  const scanner = new Scanner(bytes, limits);
  scanner.scan(start);
  return { bodyStart: start + 1, members: scanner.members };
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const LOWER_E = 0x65;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Most keys of one object. No request of the dialects comes near, and objects of a hundred thousand keys
 * make every parser slow: a million keys took JSON.parse a second.
 */
const MAX_KEYS = 10_000;

/** Longest part of a sender's text in a reason, characters. */
const ECHOED_CHARACTERS = 40;

/** Keys that parsers may take for a door to the prototype of all objects. */
const PROTO = hashedWord("__proto__");
const CONSTRUCTOR = hashedWord("constructor");
const PROTOTYPE = hashedWord("prototype");

/** An object or array that is open. */
interface Frame extends KeyRange {
  readonly parent: Frame | null;
  /** 1 for the top-level object. */
  readonly depth: number;
  readonly isObject: boolean;
  /** Whether it is an object under a key `constructor`. */
  readonly isConstructor: boolean;
}

class Scanner {
  readonly members = new Map<string, ScanMember>();
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #limits: ScanLimits;
  readonly #keys: JsonKeys;
  #tokens = 0;
  #keyIsConstructor = false;
  /** The top-level member under way. */
  #memberKey = "";
  #memberStart = 0;
  #valueStart = 0;

  constructor(bytes: Buffer, limits: ScanLimits) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#limits = limits;
    this.#keys = new JsonKeys(bytes);
  }

  scan(start: number): void {
    const bytes = this.#bytes;
    let frame: Frame | null = null;
    let at = start;
    do {
      // A value begins here.
      const byte = bytes[at];
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        frame = this.#open(at, frame);
        at = skipSpace(bytes, at + 1);
        if (bytes[at] !== (frame.isObject ? CLOSE_BRACE : CLOSE_BRACKET)) {
          if (frame.isObject) at = this.#readKey(at, frame);
          continue;
        }
        frame = frame.parent;
        at += 1;
      } else at = this.#skipScalar(at);
      // It has ended, and with it perhaps the objects and arrays round it.
      while (frame !== null) {
        if (frame.depth === 1) this.#note(at);
        at = skipSpace(bytes, at);
        if (bytes[at] === COMMA) {
          at = skipSpace(bytes, at + 1);
          this.#tokens += 1;
          if (frame.isObject) at = this.#readKey(at, frame);
          break;
        }
        if (bytes[at] !== (frame.isObject ? CLOSE_BRACE : CLOSE_BRACKET)) {
          throw this.#error(`a comma or ${frame.isObject ? "}" : "]"} is missing`, at);
        }
        at += 1;
        this.#keys.drop(frame);
        frame = frame.parent;
      }
    } while (frame !== null);
    at = skipSpace(bytes, at);
    if (at < bytes.length) throw new JsonScanError("text after the end of the document", at);
  }

  #open(at: number, parent: Frame | null): Frame {
    const { maxDepth } = this.#limits;
    const depth = parent === null ? 1 : parent.depth + 1;
    if (depth > maxDepth) throw new JsonScanError(`nested deeper than ${maxDepth} levels`, at);
    // The closing one is counted with it.
    this.#countTokens(2, at);
    const isObject = this.#bytes[at] === OPEN_BRACE;
    const isConstructor = isObject && this.#keyIsConstructor && parent?.isObject === true;
    return { parent, depth, isObject, isConstructor, firstKey: this.#keys.position, table: null };
  }

  #note(end: number): void {
    const value = { start: this.#valueStart, end };
    this.members.set(this.#memberKey, { member: { start: this.#memberStart, end }, value });
  }

  /** From a key's opening quote to where its value begins. */
  #readKey(start: number, frame: Frame): number {
    const bytes = this.#bytes;
    const keys = this.#keys;
    if (bytes[start] !== QUOTE) throw this.#error("a key in quotes is missing", start);
    let at = keys.read(start);
    if (at < 0) throw this.#stringError(start, -1 - at);
    if (keys.hasMoreThan(MAX_KEYS, frame)) throw new JsonScanError(`more than ${MAX_KEYS} keys in one object`, start);
    if (keys.isRepeated(frame)) throw new JsonScanError(`duplicate key ${echoed(keys.last())}`, start);
    this.#keyIsConstructor = keys.lastIs(CONSTRUCTOR);
    if (keys.lastIs(PROTO)) throw new JsonScanError("a key __proto__", start);
    if (frame.isConstructor && keys.lastIs(PROTOTYPE)) {
      throw new JsonScanError("a key constructor that holds a key prototype", start);
    }
    // V8 may take an escaped key for another that holds a backslash (nodejs/node issue 63785), so that a name we
    // look for could hide from us and not from the provider. No serialiser escapes the characters of names.
    if (keys.lastEscapesWord()) throw new JsonScanError("a letter, digit or underscore as an escape in a key", start);
    at = skipSpace(bytes, at);
    if (bytes[at] !== COLON) throw this.#error("a colon is missing", at);
    at = skipSpace(bytes, at + 1);
    this.#tokens += 2;
    if (frame.depth === 1) {
      this.#memberKey = keys.last();
      this.#memberStart = start;
      this.#valueStart = at;
    }
    return at;
  }

  #skipScalar(start: number): number {
    this.#countTokens(1, start);
    const byte = this.#bytes[start];
    if (byte === QUOTE) {
      const end = skipJsonString(this.#bytes, this.#view, start);
      if (end < 0) throw this.#stringError(start, -1 - end);
      return end;
    }
    if (byte === 0x74) return this.#skipWord(start, "true");
    if (byte === 0x66) return this.#skipWord(start, "false");
    if (byte === 0x6e) return this.#skipWord(start, "null");
    return this.#skipNumber(start);
  }

  #skipWord(start: number, word: string): number {
    if (!isAsciiAt(this.#bytes, start, word)) throw this.#error("an unknown word", start);
    return start + word.length;
  }

  #skipNumber(start: number): number {
    const bytes = this.#bytes;
    const first = bytes[start] === MINUS ? start + 1 : start;
    let at = bytes[first] === ZERO ? first + 1 : this.#skipDigits(first, "a value is missing");
    const wholeDigits = at - first;
    if (bytes[at] === POINT) at = this.#skipDigits(at + 1, "a digit is missing");
    let exponentDigits = 0;
    if (((bytes[at] ?? 0) | 0x20) === LOWER_E) {
      const sign = bytes[at + 1];
      const digits = sign === 0x2b || sign === MINUS ? at + 2 : at + 1;
      at = this.#skipDigits(digits, "a digit is missing");
      exponentDigits = at - digits;
    }
    // 200 digits and an exponent of two stay below 1e300; doubles end near 1.8e308.
    if (exponentDigits <= 2 && wholeDigits <= 200) return at;
    if (Number.isFinite(Number(bytes.toString("latin1", start, at)))) return at;
    throw new JsonScanError("a number too large for a double", start);
  }

  #skipDigits(start: number, missing: string): number {
    let at = start;
    while (isDigit(this.#bytes[at] ?? 0)) at += 1;
    if (at === start) throw this.#error(missing, at);
    return at;
  }

  #countTokens(count: number, at: number): void {
    this.#tokens += count;
    if (this.#tokens > this.#limits.maxTokens)
      throw new JsonScanError(`more than ${this.#limits.maxTokens} tokens`, at);
  }

  #stringError(open: number, at: number): JsonScanError {
    return new JsonScanError(jsonStringFault(this.#bytes, at), at < this.#bytes.length ? at : open);
  }

  #error(reason: string, at: number): JsonScanError {
    return new JsonScanError(at >= this.#bytes.length ? "the document ends too early" : reason, at);
  }
}

function skipSpace(bytes: Buffer, start: number): number {
  let at = start;
  let byte = bytes[at];
  while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
    at += 1;
    byte = bytes[at];
  }
  return at;
}

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

function echoed(text: string): string {
  const short = text.length > ECHOED_CHARACTERS ? `${text.slice(0, ECHOED_CHARACTERS - 1).toWellFormed()}…` : text;
  return JSON.stringify(short);
}
