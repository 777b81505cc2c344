import { ulidHex } from "../../kit/ulid.ts";

/** The caller's span that a call belongs under, by its header `traceparent`. */
export interface ParentSpan {
  /** 16 hex digits. */
  readonly spanId: string;
  /** Whether the caller records its trace. */
  readonly sampled: boolean;
  /** Present where the caller says that the end of its trace id is random (Trace Context level 2). */
  readonly isRandom?: true;
  /** The header `tracestate` that came with it, to be handed on; absent is none. */
  readonly state?: string;
}

/** What the trace of a call is known by; old records have nothing of it and still have a trace (`traceIdOf`). */
export interface TracedCall {
  /** `call_…` */
  readonly id: string;
  /** Present where the caller's trace was joined, or that of the call it copies. */
  readonly traceId?: string;
}

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const ULID_LENGTH = 26;

/**
 * The trace of a call: the caller's, or one of its own. Its own is the 16 bytes of the ULID in the call's id (time, then
 * 80 random bits), so that it need not be stored, old records have one too, and either leads to the other.
 */
export const traceIdOf = ({ id, traceId }: TracedCall): string => traceId ?? ownTraceId(id);

/** The trace that a call begins when it joins none, 32 hex digits. */
export const ownTraceId = (callId: string): string => ulidHex(callId);

/** The id of the call that began a trace, had a call of ours begun it. `traceId` is 32 hex digits. */
export function callIdOfTrace(traceId: string): string {
  let rest = BigInt(`0x${traceId}`);
  let text = "";
  for (let index = 0; index < ULID_LENGTH; index += 1) {
    text = ALPHABET.charAt(Number(rest & 31n)) + text;
    rest >>= 5n;
  }
  return `call_${text}`;
}

/** Numbers of the spans of a call: its own, its stages, its attempts. */
export const SPAN_NUMBERS = { call: 0, stages: 1_000, attempts: 2_000 } as const;

/**
 * The id of a span of a call, 16 hex digits: made from the random end of the call's id and the span's number, so that
 * whoever knows the call knows its spans. Within one call no two numbers give the same id: each half is a bijection
 * of the number (MurmurHash3's 32-bit finalizer, public domain, over a product with an odd constant).
 */
export function spanIdOf(callId: string, number: number): string {
  const own = ownTraceId(callId);
  const high = mixed(Number.parseInt(own.slice(16, 24), 16) ^ Math.imul(number, 0x9e3779b1));
  const low = mixed(Number.parseInt(own.slice(24, 32), 16) ^ Math.imul(number, 0x85ebca77));
  const id = hex32(high) + hex32(low);
  return id === NO_SPAN ? "0000000000000001" : id;
}

const NO_SPAN = "0000000000000000";

const hex32 = (value: number): string => (value >>> 0).toString(16).padStart(8, "0");

function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

const TRACE_ID = /^[0-9a-f]{32}$/;

/** Whether a text is a trace id: 32 lower-case hex digits that are not all zero. */
export const isTraceId = (text: string): boolean => TRACE_ID.test(text) && !/^0+$/.test(text);
