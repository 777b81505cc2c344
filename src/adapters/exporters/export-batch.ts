import type { CallFacts, CallRecord } from "../../domain/call/call-record.ts";
import { factsOf, writeFacts } from "../../domain/call/facts-text.ts";
import type { WrittenFacts } from "../../domain/call/facts-text.ts";
import type { Evaluation } from "../../domain/trace/evaluation.ts";
import type { SampleReason } from "../../domain/trace/sample-trace.ts";

/** A call whose trace is kept. */
export interface KeptCall {
  readonly type: "call";
  readonly because: SampleReason;
  readonly wantsContent: boolean;
  readonly call: CallRecord;
}

/** A score to be told. */
export interface KeptScore {
  readonly type: "score";
  readonly wantsContent: boolean;
  readonly evaluation: Evaluation;
}

/** What waits to be sent. */
export type ExportItem = KeptCall | KeptScore;

/** A call on the other side of the thread. */
export interface ReadCall {
  readonly type: "call";
  readonly because: SampleReason;
  readonly wantsContent: boolean;
  readonly facts: CallFacts;
  /** As the client sent it, as it went to the provider, and the answer; `null` what was not kept or is too long. */
  readonly request: Buffer | null;
  readonly asked: Buffer | null;
  readonly answer: Buffer | null;
}

/** An item on the other side of the thread. */
export type ReadItem = ReadCall | KeptScore;

/** Bodies beyond this are not read: what they would add to a span is not worth their copying. */
const MOST_BODY = 256 * 1024;
/** What the objects of one call take in memory, and those of a score. */
const FACT_BYTES = 2_500;
const SCORE_BYTES = 500;
const HEAD_BYTES = 16;
const ABSENT = -1;
const AS_REQUEST = -2;
const UNIT_BYTES = 3;

const bounded = (body: Uint8Array | null): Uint8Array | null =>
  body !== null && body.length <= MOST_BODY ? body : null;

/** Bytes that an item holds while it waits. */
export function weightOf(item: ExportItem): number {
  if (item.type === "score") return SCORE_BYTES + (item.evaluation.explanation?.length ?? 0);
  const { request, upstream, answer } = item.call.bodies;
  return FACT_BYTES + lengthOf(request) + (upstream === request ? 0 : lengthOf(upstream)) + lengthOf(answer);
}

const lengthOf = (body: Uint8Array | null): number => body?.length ?? 0;

/**
 * Items in one buffer of their own, to be handed to another thread without copying it again. Each is four lengths (32
 * bits, little-endian), a text of JSON, and the bodies.
 */
export function joinItems(items: readonly ExportItem[]): Buffer<ArrayBuffer> {
  const parts = items.map(partOf);
  const most = parts.reduce(
    (sum, { text, bodies }) =>
      bodies.reduce((all, body) => all + lengthOf(body), sum + HEAD_BYTES + UNIT_BYTES * text.length),
    0,
  );
  const joined = Buffer.allocUnsafeSlow(most);
  let at = 0;
  for (const { text, bodies, isAsRequest } of parts) {
    const start = at;
    at += HEAD_BYTES;
    at += joined.write(text, at);
    joined.writeInt32LE(at - start - HEAD_BYTES, start);
    for (const [index, body] of bodies.entries()) {
      const isShared = index === 1 && isAsRequest;
      joined.writeInt32LE(body?.length ?? (isShared ? AS_REQUEST : ABSENT), start + 4 * (index + 1));
      if (body === null) continue;
      joined.set(body, at);
      at += body.length;
    }
  }
  return joined.subarray(0, at);
}

interface Part {
  readonly text: string;
  readonly bodies: readonly (Uint8Array | null)[];
  /** Whether what went to the provider is the request itself. */
  readonly isAsRequest: boolean;
}

function partOf(item: ExportItem): Part {
  if (item.type === "score") return { text: JSON.stringify(item), bodies: [null, null, null], isAsRequest: false };
  const { because, wantsContent, call } = item;
  const { facts, bodies } = call;
  const request = bounded(bodies.request);
  const isAsRequest = request !== null && bodies.upstream === bodies.request;
  const text = `{"type":"call","because":"${because}","wantsContent":${wantsContent},"facts":${writeFacts(facts)}}`;
  return {
    text,
    bodies: [request, isAsRequest ? null : bounded(bodies.upstream), bounded(bodies.answer)],
    isAsRequest,
  };
}

/** The items in what `joinItems` gave. Their bodies are views of it. */
export function splitItems(joined: Buffer): readonly ReadItem[] {
  const items: ReadItem[] = [];
  for (let start = 0; start < joined.length;) {
    let at = start + HEAD_BYTES;
    const next = (field: number): Buffer | null => {
      const length = joined.readInt32LE(start + field);
      if (length < 0) return null;
      at += length;
      return joined.subarray(at - length, at);
    };
    const text = next(0)?.toString() ?? "";
    const request = next(4);
    const asked = joined.readInt32LE(start + 8) === AS_REQUEST ? request : next(8);
    items.push(itemOf(text, { request, asked, answer: next(12) }));
    start = at;
  }
  return items;
}

type WrittenItem = KeptScore | (Pick<KeptCall, "type" | "because" | "wantsContent"> & { readonly facts: WrittenFacts });

function itemOf(text: string, bodies: Pick<ReadCall, "request" | "asked" | "answer">): ReadItem {
  const written = JSON.parse(text) as WrittenItem;
  return written.type === "score" ? written : { ...written, ...bodies, facts: factsOf(written.facts) };
}
