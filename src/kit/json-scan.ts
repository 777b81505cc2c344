import { isUtf8 } from "node:buffer";

/** Bounds of a scan: a document beyond them is refused. */
export interface ScanLimits {
  readonly maxDepth: number;
  readonly maxTokens: number;
}

/** Half-open byte range. */
export interface ScanSpan {
  readonly start: number;
  readonly end: number;
}

/** A top-level member: `member` from the key's quote to the end of the value, `value` the value alone. */
export interface ScanMember {
  readonly member: ScanSpan;
  readonly value: ScanSpan;
}

/** Where the parts of a scanned object stand. */
export interface ScanResult {
  /** Just after the opening brace. */
  readonly bodyStart: number;
  readonly members: ReadonlyMap<string, ScanMember>;
}

/** Why a document is refused, in plain words, and the byte where that was found. */
export class JsonScanError extends Error {
  readonly reason: string;
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(`${reason} at byte ${offset}`);
    this.name = "JsonScanError";
    this.reason = reason;
    this.offset = offset;
  }
}

const DEFAULT_LIMITS: ScanLimits = { maxDepth: 64, maxTokens: 1_000_000 };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Keys kept in a list before a set is worth its cost. */
const FEW_KEYS = 12;

/**
 * One strict pass over a JSON object (RFC 8259): valid UTF-8 without a byte order mark, bounded depth and
 * tokens, no duplicate keys at any level, no `__proto__`, no `constructor` with a `prototype`, no lone
 * surrogates, finite numbers, nothing after the end. What passes means the same to every parser.
 * Throws JsonScanError. There is no recursion: depth is the sender's to choose.
 */
export function scanJsonObject(bytes: Buffer, limits: ScanLimits = DEFAULT_LIMITS): ScanResult {
  return new Scanner(bytes, limits).scan();
}

/** One object or array that is open. */
interface Frame {
  readonly isObject: boolean;
  keys: string[] | Set<string> | null;
  /** The key whose value is being read. */
  key: string;
}

class Scanner {
  readonly #bytes: Buffer;
  readonly #limits: ScanLimits;
  #at = 0;
  #tokens = 0;
  readonly #frames: Frame[] = [];
  readonly #members = new Map<string, ScanMember>();
  #memberStart = 0;
  #valueStart = 0;
  #escaped = false;

  constructor(bytes: Buffer, limits: ScanLimits) {
    this.#bytes = bytes;
    this.#limits = limits;
  }

  scan(): ScanResult {
    const bytes = this.#bytes;
    if (bytes.length === 0) throw new JsonScanError("the body is empty", 0);
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) throw new JsonScanError("a byte order mark", 0);
    if (!isUtf8(bytes)) throw new JsonScanError("bytes that are not UTF-8", 0);
    this.#skipSpace();
    if (bytes[this.#at] !== OPEN_BRACE) throw this.#error("the body is not an object");
    const bodyStart = this.#at + 1;
    this.#open();
    while (this.#frames.length > 0) this.#advance();
    this.#skipSpace();
    if (this.#at < bytes.length) throw this.#error("text after the end of the document");
    return { bodyStart, members: this.#members };
  }

  /** Reads the next member or item of the innermost frame, up to the next value that is complete or opened. */
  #advance(): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return;
    if (frame.isObject) this.#readKey(frame);
    this.#skipSpace();
    if (this.#frames.length === 1) this.#valueStart = this.#at;
    this.#readValue();
  }

  #readKey(frame: Frame): void {
    this.#skipSpace();
    if (this.#bytes[this.#at] !== QUOTE) throw this.#error("a key was expected");
    const start = this.#at;
    if (this.#frames.length === 1) this.#memberStart = start;
    this.#skipString();
    const key = this.#textOf(start);
    this.#checkKey(frame, key, start);
    frame.key = key;
    this.#skipSpace();
    if (this.#bytes[this.#at] !== COLON) throw this.#error("a colon was expected");
    this.#at += 1;
  }

  #checkKey(frame: Frame, key: string, offset: number): void {
    if (key === "__proto__") throw new JsonScanError("the key __proto__", offset);
    if (key === "prototype" && this.#frames.at(-2)?.key === "constructor") {
      throw new JsonScanError("a constructor with a prototype", offset);
    }
    const { keys } = frame;
    const isKnown = keys !== null && (Array.isArray(keys) ? keys.includes(key) : keys.has(key));
    if (isKnown) throw new JsonScanError(`the duplicate key ${JSON.stringify(key.slice(0, 40))}`, offset);
    if (keys === null) frame.keys = [key];
    else if (!Array.isArray(keys)) keys.add(key);
    else if (keys.length < FEW_KEYS) keys.push(key);
    else frame.keys = new Set([...keys, key]);
  }

  #readValue(): void {
    const byte = this.#bytes[this.#at];
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) return this.#open();
    if (byte === QUOTE) this.#skipString();
    else if (byte === 0x74) this.#skipWord("true");
    else if (byte === 0x66) this.#skipWord("false");
    else if (byte === 0x6e) this.#skipWord("null");
    else this.#skipNumber();
    this.#countToken();
    this.#afterValue();
  }

  #open(): void {
    if (this.#frames.length >= this.#limits.maxDepth) throw this.#error(`more than ${this.#limits.maxDepth} levels`);
    this.#countToken();
    const isObject = this.#bytes[this.#at] === OPEN_BRACE;
    this.#frames.push({ isObject, keys: null, key: "" });
    this.#at += 1;
    this.#skipSpace();
    if (this.#bytes[this.#at] === (isObject ? CLOSE_BRACE : CLOSE_BRACKET)) {
      this.#at += 1;
      this.#close();
    }
  }

  #close(): void {
    this.#frames.pop();
    if (this.#frames.length > 0) this.#afterValue();
  }

  /** A value is complete: note it, then go past the comma or close every frame that ends here. */
  #afterValue(): void {
    for (;;) {
      const frame = this.#frames.at(-1);
      if (frame === undefined) return;
      if (this.#frames.length === 1) {
        const value = { start: this.#valueStart, end: this.#at };
        this.#members.set(frame.key, { member: { start: this.#memberStart, end: this.#at }, value });
      }
      this.#skipSpace();
      const byte = this.#bytes[this.#at];
      if (byte === COMMA) {
        this.#at += 1;
        return;
      }
      if (byte !== (frame.isObject ? CLOSE_BRACE : CLOSE_BRACKET)) throw this.#error("a comma or the end was expected");
      this.#at += 1;
      this.#frames.pop();
    }
  }

  #countToken(): void {
    this.#tokens += 1;
    if (this.#tokens > this.#limits.maxTokens) throw this.#error(`more than ${this.#limits.maxTokens} values`);
  }

  #skipSpace(): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let byte = bytes[at]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; byte = bytes[at]) at += 1;
    this.#at = at;
  }

  /** From the opening quote to just after the closing one. */
  #skipString(): void {
    const bytes = this.#bytes;
    let at = this.#at + 1;
    this.#escaped = false;
    for (;;) {
      const byte = bytes[at];
      if (byte === undefined) throw new JsonScanError("a string without an end", this.#at);
      if (byte === QUOTE) break;
      if (byte < 0x20) throw new JsonScanError("a control character in a string", at);
      if (byte === BACKSLASH) at = this.#skipEscape(at);
      else at += 1;
    }
    this.#at = at + 1;
  }

  #skipEscape(at: number): number {
    this.#escaped = true;
    const kind = this.#bytes[at + 1];
    if (kind !== 0x75) {
      if (kind === undefined || !ESCAPES.has(kind)) throw new JsonScanError("an escape that JSON does not have", at);
      return at + 2;
    }
    const unit = this.#hex(at);
    if (unit >= 0xdc00 && unit <= 0xdfff) throw new JsonScanError("a lone surrogate", at);
    if (unit < 0xd800 || unit > 0xdbff) return at + 6;
    const isPair = this.#bytes[at + 6] === BACKSLASH && this.#bytes[at + 7] === 0x75;
    const low = isPair ? this.#hex(at + 6) : 0;
    if (low < 0xdc00 || low > 0xdfff) throw new JsonScanError("a lone surrogate", at);
    return at + 12;
  }

  /** The code unit of the escape `\uXXXX` at `at`. */
  #hex(at: number): number {
    let unit = 0;
    for (let index = at + 2; index < at + 6; index += 1) {
      const digit = hexDigit(this.#bytes[index]);
      if (digit < 0) throw new JsonScanError("an escape that JSON does not have", at);
      unit = unit * 16 + digit;
    }
    return unit;
  }

  #textOf(start: number): string {
    if (!this.#escaped) return this.#bytes.toString("utf8", start + 1, this.#at - 1);
    return JSON.parse(this.#bytes.toString("utf8", start, this.#at)) as string;
  }

  #skipWord(word: string): void {
    if (this.#bytes.toString("latin1", this.#at, this.#at + word.length) !== word) throw this.#error("an unknown word");
    this.#at += word.length;
  }

  #skipNumber(): void {
    const start = this.#at;
    if (this.#bytes[this.#at] === 0x2d) this.#at += 1;
    if (this.#bytes[this.#at] === 0x30) this.#at += 1;
    else this.#skipDigits("a value was expected");
    if (this.#bytes[this.#at] === 0x2e) {
      this.#at += 1;
      this.#skipDigits("digits were expected");
    }
    const exponent = this.#bytes[this.#at];
    const hasExponent = exponent === 0x65 || exponent === 0x45;
    if (hasExponent) {
      this.#at += 1;
      const sign = this.#bytes[this.#at];
      if (sign === 0x2b || sign === 0x2d) this.#at += 1;
      this.#skipDigits("digits were expected");
    }
    // Only an exponent or some three hundred digits can leave the range of a double.
    if ((hasExponent || this.#at - start > 300) && !Number.isFinite(Number(this.#bytes.toString("latin1", start, this.#at)))) {
      throw new JsonScanError("a number out of range", start);
    }
  }

  #skipDigits(reason: string): void {
    const start = this.#at;
    for (let byte = this.#bytes[this.#at]; byte !== undefined && byte >= 0x30 && byte <= 0x39; byte = this.#bytes[this.#at]) {
      this.#at += 1;
    }
    if (this.#at === start) throw this.#error(reason);
  }

  #error(reason: string): JsonScanError {
    return new JsonScanError(this.#at >= this.#bytes.length ? "the document ends too early" : reason, this.#at);
  }
}

/** `"`, `\`, `/`, b, f, n, r, t. */
const ESCAPES: ReadonlySet<number> = new Set([0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74]);

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
