import { ownText } from "../../kit/own-text.ts";
import { wholeNumberIn } from "../../kit/whole-number.ts";

/** The head of a request that nobody could read in two ways. */
export interface PlainHead {
  /** Without a query. */
  readonly path: string;
  /** Names in lower case; each came once. */
  readonly headers: Readonly<Record<string, string>>;
  /** Length of the head with its empty line, bytes. */
  readonly headBytes: number;
  readonly bodyBytes: number;
}

/** Whole lines that heads begin with, as read before. */
export interface HeadBeginning {
  /** The lines with their ends. */
  readonly bytes: Buffer;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How many headers that are. */
  readonly count: number;
}

/** Node's own bounds at this edge hold here, too: what is beyond them is Node's to refuse. */
const MOST_HEAD_BYTES = 16 * 1024;
const MOST_HEADERS = 100;
/** Of a length: far beyond every bound of a body. */
const MOST_DIGITS = 12;

const END = Buffer.from("\r\n\r\n");
const METHOD = "POST ";
const VERSION = " HTTP/1.1";
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;

/** No address of a call has other characters, nor two ways of being written. */
const PLAIN_PATH = /^(?:\/[a-z\d]+)+$/;
/** Anthropic's clients ask for `?beta=true`; nothing here reads a query. */
const PLAIN_QUERY = /^[\w&=.-]*$/;

/** Headers that change how a request is framed or read: with one of them it is not plain. */
const SPECIAL: ReadonlySet<string> = new Set([
  "transfer-encoding",
  "content-encoding",
  "expect",
  "upgrade",
  "te",
  "trailer",
  "proxy-connection",
  "keep-alive",
  "http2-settings",
]);

/**
 * Reads the head of a plain request: a POST in HTTP/1.1 of printable ASCII, with a Host, JSON of a declared length, one key, each
 * header once, and none that changes its framing (RFC 9112, of which this takes a part). `null` is everything else, also
 * what is not all there yet: it is for Node's parser. `known` is what `bytes` begin with, where that is known.
 */
export function readPlainHead(bytes: Buffer, known: HeadBeginning | null = null): PlainHead | null {
  const from = known === null ? 0 : known.bytes.length;
  // Known lines end as every line does, and the empty one may follow at once.
  const end = bytes.indexOf(END, known === null ? 0 : from - 2);
  if (end < 0 || end > MOST_HEAD_BYTES) return null;
  const text = bytes.toString("latin1", from, end + 2);
  const read = known === null ? readLines(text) : readOn(known, text);
  if (read === null) return null;
  const { path, headers } = read;
  if (headers["host"] === undefined || !isJson(headers["content-type"])) return null;
  if (headers["connection"] !== undefined && headers["connection"].toLowerCase() !== "keep-alive") return null;
  if (headers["authorization"] !== undefined && headers["x-api-key"] !== undefined) return null;
  const bodyBytes = wholeNumberIn(headers["content-length"] ?? "", MOST_DIGITS);
  return bodyBytes === null ? null : { path, headers, headBytes: end + END.length, bodyBytes };
}

/** Whole lines from the first one of a plain head on; `null` where they cannot be such. */
export function readBeginning(bytes: Buffer): HeadBeginning | null {
  const read = readLines(bytes.toString("latin1"));
  return read === null ? null : { bytes, ...read };
}

interface ReadLines {
  readonly path: string;
  readonly headers: Record<string, string>;
  count: number;
}

function readLines(text: string): ReadLines | null {
  const lineEnd = text.indexOf("\r\n");
  const path = lineEnd < 0 ? null : pathIn(text.slice(0, lineEnd));
  return path === null ? null : addHeaders({ path, headers: {}, count: 0 }, text, lineEnd + 2);
}

const readOn = ({ path, headers, count }: HeadBeginning, text: string): ReadLines | null =>
  addHeaders({ path, headers: { ...headers }, count }, text, 0);

function pathIn(line: string): string | null {
  if (!line.startsWith(METHOD) || !line.endsWith(VERSION)) return null;
  const target = line.slice(METHOD.length, -VERSION.length);
  const query = target.indexOf("?");
  if (query >= 0 && !PLAIN_QUERY.test(target.slice(query + 1))) return null;
  const path = query < 0 ? target : target.slice(0, query);
  return PLAIN_PATH.test(path) ? path : null;
}

/** Adds the headers of the lines from a place on; `null` where one of them is not plain or came before. */
function addHeaders(read: ReadLines, head: string, from: number): ReadLines | null {
  const { headers } = read;
  for (let at = from; at < head.length;) {
    const colon = nameEnd(head, at);
    if (colon < 0 || (read.count += 1) > MOST_HEADERS) return null;
    const end = valueEnd(head, colon + 1);
    if (end < 0) return null;
    const name = lowered(head.slice(at, colon));
    // Also what every object has (`constructor`) counts as having come before.
    if (headers[name] !== undefined || SPECIAL.has(name)) return null;
    headers[name] = trimmed(head, colon + 1, end);
    at = end + 2;
  }
  return read;
}

/**
 * Letters, digits and hyphens: other characters of a token (RFC 9110, 5.6.2) are in no name that anybody sends, but the
 * underscore, which others read as a hyphen.
 */
const isNameCode = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0x30 && code <= 0x39) || code === 0x2d;

/** Where the colon after a name is; -1 where something else is. */
function nameEnd(head: string, from: number): number {
  let at = from;
  while (isNameCode(head.charCodeAt(at))) at += 1;
  return at > from && head.charCodeAt(at) === COLON ? at : -1;
}

/** Where the line ends, which may hold printable ASCII only; -1 where it holds something else. */
function valueEnd(head: string, from: number): number {
  for (let at = from; at < head.length; at += 1) {
    const code = head.charCodeAt(at);
    if (code >= SPACE && code <= 0x7e) continue;
    // A lone CR, or a LF without one, is what two parsers disagree about.
    return code === CR && head.charCodeAt(at + 1) === 0x0a ? at : -1;
  }
  return -1;
}

function trimmed(head: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && head.charCodeAt(start) === SPACE) start += 1;
  while (end > start && head.charCodeAt(end - 1) === SPACE) end -= 1;
  return head.slice(start, end);
}

/** Names in lower case by how they were written: clients write them in few ways. */
const knownNames = new Map<string, string>();
const MOST_NAMES = 500;

function lowered(written: string): string {
  const known = knownNames.get(written);
  if (known !== undefined) return known;
  const name = written.toLowerCase();
  if (knownNames.size < MOST_NAMES && written.length < 40) knownNames.set(ownText(written), ownText(name));
  return name;
}

const isJson = (type: string | undefined): boolean =>
  type !== undefined && (type === "application/json" || JSON_IN_UTF8.test(type));
const JSON_IN_UTF8 = /^application\/json(?:; ?charset=utf-8)?$/i;
