import type { CallBodies, CallFacts, CallRecord } from "../../../domain/call/call-record.ts";
import { readFacts, writeFacts } from "../../../domain/call/facts-text.ts";

/** What lists filter by, and where a call's bytes belong. */
export interface CallColumns {
  readonly id: string;
  /** Epoch milliseconds, whole. */
  readonly at: number;
  readonly endpoint: string | null;
  readonly release: string | null;
  readonly arm: string | null;
  readonly rolloutId: string | null;
  readonly session: string | null;
  readonly outcome: string;
  readonly retainBodiesDays: number;
}

/** A call as it is stored: its columns, its facts as JSON, its bytes. */
export interface StoredCall {
  readonly columns: CallColumns;
  /** UTF-8. */
  readonly facts: Buffer;
  readonly bodies: CallBodies;
}

/** Bytes before the text: the lengths of the text, the request, what went upstream, and the answer. */
const HEAD_BYTES = 16;
/** A body that is not there, and one that is the same bytes as the request. */
const ABSENT = -1;
const AS_REQUEST = -2;

const LINE_FEED = 0x0a;

/** Most bytes of a UTF-16 code unit in UTF-8. */
const UNIT_BYTES = 3;

/** Calls share buffers of this size: a buffer for each would cost more than writing it. */
const SLAB_BYTES = 256 * 1024;

let slab = Buffer.allocUnsafeSlow(0);
let used = 0;

/** Room for a call that has `bytes` at most. */
function roomFor(bytes: number): Buffer {
  if (used + bytes > slab.length) {
    slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, bytes));
    used = 0;
  }
  return slab;
}

/**
 * A call in one piece of memory, written when it ends: while thousands wait for the database, the collector has none
 * of their objects to move, and handing them to another thread is a copy of bytes. Layout: four lengths (32 bits,
 * little-endian), a line of JSON with the columns, a line with the facts, then the bodies.
 */
export class EncodedCall implements CallRecord {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get facts(): CallFacts {
    return readFacts(storedCallIn(this.bytes).facts.toString());
  }

  get bodies(): CallBodies {
    return storedCallIn(this.bytes).bodies;
  }
}

/** Encodes a call; one that is encoded already is given back. */
export function encodeCall(call: CallRecord): EncodedCall {
  if (call instanceof EncodedCall) return call;
  const { facts, bodies } = call;
  const { request, upstream, answer } = bodies;
  const text = `${JSON.stringify(columnsOf(facts))}\n${writeFacts(facts)}`;
  const own = upstream === request ? null : upstream;
  const most = HEAD_BYTES + UNIT_BYTES * text.length + lengthOf(request) + lengthOf(own) + lengthOf(answer);
  const buffer = roomFor(most);
  const start = used;
  let at = start + HEAD_BYTES;
  at += buffer.write(text, at);
  buffer.writeInt32LE(at - start - HEAD_BYTES, start);
  at = put(buffer, request, { at, length: start + 4 });
  at = put(buffer, own, { at, length: start + 8 });
  if (own === null && upstream !== null) buffer.writeInt32LE(AS_REQUEST, start + 8);
  at = put(buffer, answer, { at, length: start + 12 });
  used = at;
  return new EncodedCall(buffer.subarray(start, at));
}

const lengthOf = (body: Uint8Array | null): number => body?.length ?? 0;

function put(
  buffer: Buffer,
  body: Uint8Array | null,
  { at, length }: { readonly at: number; readonly length: number },
): number {
  buffer.writeInt32LE(body?.length ?? ABSENT, length);
  if (body === null) return at;
  buffer.set(body, at);
  return at + body.length;
}

/** The columns as a list: their names need not be written for every call. */
type ColumnList = readonly [
  string,
  number,
  string | null,
  string | null,
  string | null,
  string | null,
  string | null,
  string,
  number,
];

const columnsOf = (facts: CallFacts): ColumnList => [
  facts.id,
  Math.floor(facts.at),
  facts.endpoint,
  facts.release,
  facts.arm,
  facts.rolloutId,
  facts.session?.id ?? null,
  facts.outcome,
  facts.retainBodiesDays,
];

function readColumns(text: string): CallColumns {
  const [id, at, endpoint, release, arm, rolloutId, session, outcome, retainBodiesDays] = JSON.parse(
    text,
  ) as ColumnList;
  return { id, at, endpoint, release, arm, rolloutId, session, outcome, retainBodiesDays };
}

/** Many calls in one buffer of their own, ready to be given to another thread. */
export function joinCalls(calls: readonly EncodedCall[]): Buffer<ArrayBuffer> {
  const length = calls.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const joined = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const { bytes } of calls) {
    joined.set(bytes, at);
    at += bytes.length;
  }
  return joined;
}

/** The calls in what `joinCalls` gave. Their bodies are views of it. */
export function splitCalls(joined: Buffer): readonly StoredCall[] {
  const calls: StoredCall[] = [];
  for (let at = 0; at < joined.length;) {
    const length = encodedLength(joined, at);
    calls.push(storedCallIn(joined.subarray(at, at + length)));
    at += length;
  }
  return calls;
}

function encodedLength(bytes: Buffer, start: number): number {
  let length = HEAD_BYTES;
  for (let at = start; at < start + HEAD_BYTES; at += 4) length += Math.max(0, bytes.readInt32LE(at));
  return length;
}

function storedCallIn(bytes: Buffer): StoredCall {
  let at = HEAD_BYTES;
  const next = (field: number): Buffer | null => {
    const length = bytes.readInt32LE(field);
    if (length < 0) return null;
    at += length;
    return bytes.subarray(at - length, at);
  };
  const text = next(0) ?? Buffer.alloc(0);
  const lineEnd = text.indexOf(LINE_FEED);
  const request = next(4);
  const upstream = bytes.readInt32LE(8) === AS_REQUEST ? request : next(8);
  return {
    columns: readColumns(text.toString("utf8", 0, lineEnd)),
    facts: text.subarray(lineEnd + 1),
    bodies: { request, upstream, answer: next(12) },
  };
}
