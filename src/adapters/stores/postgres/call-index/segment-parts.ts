import { FACETS, MEASURES } from "../../../../domain/call/call-search.ts";
import type { Facet, Measure } from "../../../../domain/call/call-search.ts";

/**
 * A segment is a few columns of many calls, each a part of its own: a search reads those that it asks about. Small
 * segments have all of them in one part, `ALL`.
 */
export const ALL = 0;
export const TIMES = 1;
export const OFFSETS = 2;
export const PLACES = 3;
export const SESSIONS = 4;
export const USERS = 5;
export const TRACES = 6;
/** Says which users a segment cannot have. */
export const USER_FILTER = 7;
const FIRST_MEASURE = 8;
const FIRST_FACET = 32;

export const measurePart = (measure: Measure): number => FIRST_MEASURE + MEASURES.indexOf(measure);
export const facetPart = (facet: Facet): number => FIRST_FACET + FACETS.indexOf(facet);

/** Parts of text: words by their hash, then the beginnings of what was said by the row. */
const FIRST_WORDS = 1;
const FIRST_GISTS = 1_000;
/** Rows whose gists are read together. */
export const GIST_ROWS = 64;

/** By its highest bits, so that words in the order of their hashes are in the order of their parts too. */
export const wordsPart = (hash: number): number => FIRST_WORDS + (hash >>> 26);
export const gistsPart = (row: number): number => FIRST_GISTS + Math.floor(row / GIST_ROWS);

/** Parts by their numbers. */
export type Parts = ReadonlyMap<number, Buffer>;

const HEAD_BYTES = 6;

/** Parts one after another, each with its number (16 bits) and its length (32 bits), little-endian. */
export function joinParts(parts: Parts): Buffer {
  const pieces: Buffer[] = [];
  for (const [part, bytes] of parts) {
    const head = Buffer.allocUnsafe(HEAD_BYTES);
    head.writeUInt16LE(part, 0);
    head.writeUInt32LE(bytes.length, 2);
    pieces.push(head, bytes);
  }
  return Buffer.concat(pieces);
}

/** Reads what `joinParts` wrote. */
export function splitParts(joined: Buffer): Map<number, Buffer> {
  const parts = new Map<number, Buffer>();
  for (let at = 0; at + HEAD_BYTES <= joined.length;) {
    const length = joined.readUInt32LE(at + 2);
    const start = at + HEAD_BYTES;
    parts.set(joined.readUInt16LE(at), joined.subarray(start, start + length));
    at = start + length;
  }
  return parts;
}
