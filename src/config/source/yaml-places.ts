import { type Document, type LineCounter, type Node, isAlias, isMap, isScalar, isSeq } from "yaml";
import type { Place } from "./mistakes.ts";

/** A way down into a document: keys of maps and indexes of lists. */
export type Path = readonly (string | number)[];

/** Tells where the values and keys of a document stand. */
export interface YamlPlaces {
  /** The place of an offset of the text. */
  readonly placeOf: (offset: number) => Place;
  /** Where the value at a path stands; for a path that is not there, where its nearest existing ancestor does. */
  readonly valueAt: (path: Path) => Place;
  /** Where the key of a path stands; for a list item, the item. */
  readonly keyAt: (path: Path) => Place;
}

/** The text that the document was read from. */
export interface YamlText {
  readonly file: string;
  readonly length: number;
  /** Line of the file at which the text begins, from 1. */
  readonly firstLine: number;
  readonly lineCounter: LineCounter;
}

interface Entry {
  readonly key: Node | null;
  readonly value: Node | null;
}

function childOf(node: unknown, segment: string | number): Entry | null {
  if (isSeq(node) && typeof segment === "number") {
    const item = node.items[segment] as Node | undefined;
    return item === undefined ? null : { key: item, value: item };
  }
  if (!isMap(node)) return null;
  const pair = node.items.find((one) => isScalar(one.key) && one.key.value === segment);
  return pair === undefined ? null : { key: pair.key as Node | null, value: pair.value as Node | null };
}

/** An absent value (`key:` and nothing) has no place of its own. */
const isAbsent = (node: Node | null): boolean =>
  node === null || (isScalar(node) && node.value === null && node.source === "");

/** The places of a document; of the text alone when there is none. */
export function yamlPlaces(text: YamlText, document: Document.Parsed | undefined): YamlPlaces {
  const placeOf = (offset: number): Place => {
    const { line, col } = text.lineCounter.linePos(Math.min(offset, text.length));
    return { file: text.file, line: Math.max(line, 1) + text.firstLine - 1, column: Math.max(col, 1) };
  };
  const place = (node: Node | null): Place => placeOf(node?.range?.[0] ?? 0);
  const root = document?.contents ?? null;
  const find = (path: Path): Entry => {
    let found: Entry = { key: root, value: root };
    for (const segment of path) {
      const { value } = found;
      const target = isAlias(value) && document !== undefined ? value.resolve(document) : value;
      const child = childOf(target, segment);
      if (child === null) break;
      found = child;
    }
    return found;
  };
  return {
    placeOf,
    valueAt: (path) => {
      const { key, value } = find(path);
      return place(isAbsent(value) ? key : value);
    },
    keyAt: (path) => place(find(path).key),
  };
}
