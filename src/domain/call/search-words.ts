import type { CallText } from "./call-text.ts";

/** Longest word; what is longer is cut, in the extract and in what is looked for alike. */
const MOST_WORD = 40;
/** Different words kept of one call. */
const MOST_WORDS = 1_200;
/** Words looked for at once. */
const MOST_WANTED = 16;

/** Scripts that are written without spaces: their text is found by pairs of characters. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

const PLAIN = /^[\u0000-\u007f]*$/;
const TOKEN = /[\p{L}\p{N}]+/gu;
const MARK = /\p{M}+/gu;

/**
 * Words of a text as they are looked up: lower case, without accents, cut at what is neither letter nor digit. Chinese,
 * Japanese and Thai have no spaces: their words are all pairs of neighbouring characters.
 */
export function wordsIn(text: string): readonly string[] {
  const isPlain = PLAIN.test(text);
  const folded = (isPlain ? text : text.normalize("NFKD").replaceAll(MARK, "")).toLowerCase();
  const words: string[] = [];
  for (const token of folded.match(TOKEN) ?? []) {
    if (isPlain || !UNSPACED.test(token)) words.push(token.slice(0, MOST_WORD));
    else addPairs(token, words);
  }
  return words;
}

function addPairs(token: string, words: string[]): void {
  const characters = Array.from(token);
  if (characters.length === 1) words.push(token);
  for (let at = 0; at + 1 < characters.length; at += 1) words.push(characters.slice(at, at + 2).join(""));
}

/** What finds the calls whose answer calls a tool. Words have no line breaks, so this is none. */
export const toolMark = (name: string): string => `tool\n${name}`;

/** What finds the calls with a tag in their metadata. */
export const tagMark = (name: string, value: string): string => `tag\n${name}\n${value}`;

/** What finds the calls whose answer calls any tool. */
export const ANY_TOOL = "tool\n";

/** What finds the calls whose request has the same bytes; by their SHA-256, 64 hex digits. */
export const requestMark = (sha256: string): string => `request\n${sha256}`;

/** What finds the calls that another attempt, a fallback or a kept answer rescued. */
export const REPAIRED = "repaired\n";

/** Everything by which the text of a call is found, each once. */
export function wordsOfCall({ asked, answered, fault, tools, tags }: Omit<CallText, "newest">): ReadonlySet<string> {
  const words = new Set<string>(tools.map(toolMark));
  if (words.size > 0) words.add(ANY_TOOL);
  for (const [name, value] of tags) words.add(tagMark(name, value));
  for (const text of [asked, answered, fault]) {
    for (const word of wordsIn(text)) {
      if (words.size >= MOST_WORDS) return words;
      words.add(word);
    }
  }
  return words;
}

/**
 * The hashes of `wordsOfCall`, as signed numbers of 32 bits. Words of plain text are hashed where they stand: making
 * them was most of what it cost to take a call into the index.
 */
export function wordHashesOfCall({ asked, answered, fault, tools, tags }: Omit<CallText, "newest">): Set<number> {
  const hashes = new Set<number>(tools.map((name) => hashWord(toolMark(name)) | 0));
  if (hashes.size > 0) hashes.add(hashWord(ANY_TOOL) | 0);
  for (const [name, value] of tags) hashes.add(hashWord(tagMark(name, value)) | 0);
  for (const text of [asked, answered, fault]) addWordHashes(text, hashes);
  return hashes;
}

function addWordHashes(text: string, hashes: Set<number>): void {
  if (!PLAIN.test(text)) {
    for (const word of wordsIn(text)) {
      if (hashes.size >= MOST_WORDS) return;
      hashes.add(hashWord(word) | 0);
    }
    return;
  }
  let hash = FNV_START;
  let length = 0;
  // One more than there are: the end of the text ends a word.
  for (let at = 0; at <= text.length && hashes.size < MOST_WORDS; at += 1) {
    const folded = at < text.length ? (FOLDED[text.charCodeAt(at)] ?? 0) : 0;
    if (folded !== 0) {
      if (length < MOST_WORD) hash = Math.imul(hash ^ folded, FNV_PRIME);
      length += 1;
    } else if (length > 0) {
      hashes.add(mixed(hash) | 0);
      hash = FNV_START;
      length = 0;
    }
  }
}

/** What a person looks for. */
export interface WantedWords {
  readonly words: readonly string[];
  readonly without: readonly string[];
}

/** Reads what a person typed: all words must be there, in any order; a word after `-` must not. */
export function searchWords(typed: string): WantedWords {
  const words = new Set<string>();
  const without = new Set<string>();
  for (const part of typed.split(/\s+/)) {
    const isUnwanted = part.startsWith("-") && part.length > 1;
    for (const word of wordsIn(isUnwanted ? part.slice(1) : part)) (isUnwanted ? without : words).add(word);
  }
  return { words: [...words].slice(0, MOST_WANTED), without: [...without].slice(0, MOST_WANTED) };
}

const FNV_START = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** The lower case of ASCII's letters and digits, by code; 0 for what is neither. */
const FOLDED = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /[A-Za-z0-9]/.test(character) ? character.toLowerCase().charCodeAt(0) : 0;
});

/** A word as 32 bits (FNV-1a over its UTF-16 code units, mixed as MurmurHash3 ends). */
export function hashWord(word: string): number {
  let hash = FNV_START;
  for (let at = 0; at < word.length; at += 1) hash = Math.imul(hash ^ word.charCodeAt(at), FNV_PRIME);
  return mixed(hash);
}

function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
