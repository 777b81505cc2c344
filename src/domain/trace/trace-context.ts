import type { ParentSpan } from "./trace-ids.ts";

/** The trace that a caller wants a call to be part of. */
export interface TraceContext {
  readonly traceId: string;
  readonly parent: ParentSpan;
}

const LENGTH = 55;
const DASH = 0x2d;
const SAMPLED = 1;
const RANDOM = 2;

/**
 * The trace in the headers of a request, by Trace Context level 2 of the W3C; `null` where there is none that can be
 * read: a header that is not exactly right counts as absent. A `tracestate` that is wrong is dropped by itself.
 */
export function parseTraceContext(traceparent: string | undefined, tracestate?: string): TraceContext | null {
  if (traceparent === undefined || !isTraceparent(traceparent)) return null;
  const flags = hexAt(traceparent, 53) * 16 + hexAt(traceparent, 54);
  const state = tracestate === undefined ? null : parseTraceState(tracestate);
  return {
    traceId: traceparent.slice(3, 35),
    parent: {
      spanId: traceparent.slice(36, 52),
      sampled: (flags & SAMPLED) !== 0,
      ...((flags & RANDOM) !== 0 && { isRandom: true }),
      ...(state !== null && { state }),
    },
  };
}

/** `version-traceid-parentid-flags`. A later version may have more behind another dash; version 255 is none. */
function isTraceparent(text: string): boolean {
  const isFirst = text.startsWith("00-");
  if (text.length < LENGTH || (isFirst && text.length > LENGTH) || text.startsWith("ff")) return false;
  if (text.length > LENGTH && text.charCodeAt(LENGTH) !== DASH) return false;
  if (text.charCodeAt(2) !== DASH || text.charCodeAt(35) !== DASH || text.charCodeAt(52) !== DASH) return false;
  return isHex(text, 0, 2) && isId(text, 3, 35) && isId(text, 36, 52) && isHex(text, 53, 55);
}

/** Hex digits in lower case that are not all zero. */
const isId = (text: string, from: number, to: number): boolean => {
  if (!isHex(text, from, to)) return false;
  for (let at = from; at < to; at += 1) if (hexAt(text, at) !== 0) return true;
  return false;
};

function isHex(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (hexAt(text, at) < 0) return false;
  return true;
}

/** The value of a lower-case hex digit; -1 for everything else. */
function hexAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
}

/** Members of a state, and characters of it that are handed on: what the specification says a receiver should bear. */
const MOST_MEMBERS = 32;
const MOST_STATE = 512;
const KEY = /^[a-z0-9][a-z0-9_\-*/@]{0,255}$/;
const VALUE = /^[\u0020-\u002b\u002d-\u003c\u003e-\u007e]{0,255}[\u0021-\u002b\u002d-\u003c\u003e-\u007e]$/;

/** A `tracestate` as it is handed on; `null` where it breaks the rules and therefore goes no further. */
function parseTraceState(text: string): string | null {
  if (text.length > 4 * MOST_STATE) return null;
  const seen = new Set<string>();
  const members: string[] = [];
  for (const part of text.split(",")) {
    const member = part.trim();
    if (member === "") continue;
    const equals = member.indexOf("=");
    const key = member.slice(0, Math.max(0, equals));
    if (!KEY.test(key) || !VALUE.test(member.slice(equals + 1)) || seen.has(key)) return null;
    seen.add(key);
    members.push(member);
  }
  if (members.length === 0 || members.length > MOST_MEMBERS) return null;
  return shortened(members);
}

/** The longest members go first, then the last ones, as the specification has it. */
function shortened(members: readonly string[]): string {
  let kept = [...members];
  if (kept.join(",").length > MOST_STATE) kept = kept.filter((member) => member.length <= 128);
  while (kept.join(",").length > MOST_STATE) kept.pop();
  return kept.join(",");
}

/** Where a request is sent from. */
export interface OutgoingSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
  /** Whether the last 7 bytes of the trace id are random. */
  readonly isRandom: boolean;
}

/** The header `traceparent` for a request to somebody else. */
export const traceparentOf = ({ traceId, spanId, sampled, isRandom }: OutgoingSpan): string =>
  `00-${traceId}-${spanId}-0${(sampled ? SAMPLED : 0) + (isRandom ? RANDOM : 0)}`;
