import type { CallGist } from "../../../../ports/call-index.ts";
import type { EntryText, IndexEntry } from "./index-entry.ts";
import { gistsPart, GIST_ROWS, wordsPart } from "./segment-parts.ts";
import type { Parts } from "./segment-parts.ts";
import { readPostings, writePostings } from "./word-postings.ts";

/** Parts of text by the day on which they expire: a day is dropped whole. */
export type TextParts = ReadonlyMap<number, Parts>;

/** A row's gist as it is written. */
type WrittenGist = readonly [row: number, asked: string, answered: string];

/** The texts of entries in the order of their rows. */
export function encodeTexts(entries: readonly IndexEntry[]): TextParts {
  const byDay = new Map<number, (readonly [number, EntryText])[]>();
  for (const [row, { text }] of entries.entries()) {
    if (text === null) continue;
    const texts = byDay.get(text.day) ?? [];
    texts.push([row, text]);
    byDay.set(text.day, texts);
  }
  return new Map([...byDay].map(([day, texts]) => [day, encodeDay(texts)]));
}

function encodeDay(texts: readonly (readonly [number, EntryText])[]): Parts {
  const parts = encodeWords(texts);
  for (const [part, gists] of Map.groupBy(texts, ([row]) => gistsPart(row))) {
    const written = gists.map(([row, { asked, answered }]): WrittenGist => [row % GIST_ROWS, asked, answered]);
    parts.set(part, Buffer.from(JSON.stringify(written)));
  }
  return parts;
}

/** A row takes 16 bits beside the 32 of a hash: both fit into a number, and sorting those is quick. */
const ROWS = 2 ** 16;

function encodeWords(texts: readonly (readonly [number, EntryText])[]): Map<number, Buffer> {
  const pairs = new Float64Array(texts.reduce((sum, [, { words }]) => sum + words.length, 0));
  let count = 0;
  for (const [row, { words }] of texts) {
    for (const hash of words) {
      pairs[count] = hash * ROWS + row;
      count += 1;
    }
  }
  pairs.sort();
  const parts = new Map<number, Buffer>();
  for (let start = 0; start < count;) {
    const part = wordsPart(Math.floor((pairs[start] ?? 0) / ROWS));
    let end = start + 1;
    while (end < count && wordsPart(Math.floor((pairs[end] ?? 0) / ROWS)) === part) end += 1;
    parts.set(part, writePostings(pairs.subarray(start, end), ROWS));
    start = end;
  }
  return parts;
}

const FIRST_GISTS = gistsPart(0);

/** The texts by their rows. */
export function readTexts(texts: TextParts): ReadonlyMap<number, EntryText> {
  const read = new Map<number, EntryText>();
  for (const [day, parts] of texts) {
    const words = new Map<number, number[]>();
    for (const [part, bytes] of parts) if (part < FIRST_GISTS) gatherWords(bytes, words);
    for (const [part, bytes] of parts) {
      if (part < FIRST_GISTS) continue;
      for (const [row, gist] of readGists(part, bytes)) {
        read.set(row, { day, ...gist, words: Uint32Array.from(words.get(row) ?? []) });
      }
    }
  }
  return read;
}

function gatherWords(bytes: Buffer, words: Map<number, number[]>): void {
  for (const [hash, rows] of readPostings(bytes)) {
    for (const row of rows) {
      const known = words.get(row);
      if (known === undefined) words.set(row, [hash]);
      else known.push(hash);
    }
  }
}

/** The gists in a part by their rows. */
export function readGists(part: number, bytes: Buffer): ReadonlyMap<number, CallGist> {
  const first = (part - FIRST_GISTS) * GIST_ROWS;
  const written = JSON.parse(bytes.toString()) as readonly WrittenGist[];
  return new Map(written.map(([row, asked, answered]) => [first + row, { asked, answered }]));
}
