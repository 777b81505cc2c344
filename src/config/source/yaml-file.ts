import { Composer, type Document, LineCounter, type Node, Parser, isAlias, isMap, isScalar, isSeq } from "yaml";
import type { Mistake } from "../project.ts";
import { checkNodes } from "./check-nodes.ts";
import { type Fault, type Place, mistake } from "./mistakes.ts";
import { MAX_DEPTH, isBounded, isTooDeep } from "./nesting.ts";

/** A way down into a document: keys of maps and indexes of lists. */
export type Path = readonly (string | number)[];

/** A parsed YAML file that knows where everything stands. */
export interface YamlFile {
  readonly file: string;
  /** The document as plain data; `undefined` when it cannot be told because of mistakes. */
  readonly value: unknown;
  readonly mistakes: readonly Mistake[];
  /** Where the value at a path stands; for a path that is not there, where its nearest existing ancestor does. */
  valueAt(path: Path): Place;
  /** Where the key of a path stands; for a list item, the item. */
  keyAt(path: Path): Place;
}

// Bounds of hand-written files; more is a mistake or an attack.
const MAX_ALIASES = 100;
const MAX_SYNTAX_MISTAKES = 10;

const CODES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "indent with spaces",
  BAD_INDENT: "line it up with its neighbours; indentation says what belongs to what",
  MISSING_CHAR: "close the quote or bracket, or put a space after the colon",
  MULTILINE_IMPLICIT_KEY: "a key must stand on one line and end in a colon",
  BLOCK_AS_IMPLICIT_KEY: "put the nested keys on lines of their own, indented",
  BAD_DQ_ESCAPE: "write a backslash in double quotes as \\\\, or use single quotes",
  BAD_SCALAR_START: "put the value in quotes",
  MULTIPLE_DOCS: "keep one document in the file; remove the line ---",
  MULTIPLE_ANCHORS: "give a value at most one anchor",
};

/** The parser's own words without the text they quote, which may be a secret. */
function syntaxFault(code: string, message: string): Fault {
  const cut = message.search(/: ["`']|\n/);
  return {
    message: `this is not valid YAML: ${cut < 0 ? message : message.slice(0, cut)}`,
    fix: CODES[code] ?? "correct the YAML here; `key: value`, lists with `- `, quotes around text with special characters",
  };
}

const whole = (fault: Fault): readonly Fault[] => [fault];

/** Reasons not to look into the document at all. */
function documentFaults(documents: readonly Document.Parsed[], tooDeep: boolean): readonly Fault[] {
  const [document] = documents;
  if (tooDeep) return whole({ message: `the file is nested more than ${MAX_DEPTH} levels deep`, fix: "flatten it" });
  if (document?.contents === null || document === undefined) {
    return whole({ message: "the file is empty", fix: "fill it in; docs/config.md shows the shape" });
  }
  if (document.directives.yaml.version !== "1.2") {
    return whole({ message: "the file asks for another YAML version", fix: "remove the %YAML line; files are read as YAML 1.2" });
  }
  return [];
}

interface Composed {
  readonly documents: readonly Document.Parsed[];
  readonly tooDeep: boolean;
}

function compose(text: string, lineCounter: LineCounter): Composed {
  // The tokens are looked at first, because composing is recursive.
  const tokens = [...new Parser(lineCounter.addNewLine).parse(text)];
  if (tokens.some(isTooDeep)) return { documents: [], tooDeep: true };
  const composer = new Composer({
    lineCounter,
    version: "1.2",
    schema: "core",
    merge: false,
    resolveKnownTags: false,
    // Checked in `checkNodes`: the library compares every key with every other.
    uniqueKeys: false,
    prettyErrors: false,
  });
  return { documents: [...composer.compose(tokens, true, text.length)], tooDeep: false };
}

const ALIAS_BOMB: Fault = { message: "the aliases of the file unfold to more than a configuration can hold", fix: "write the values out" };

/** The document as plain data; `undefined` when its aliases unfold without bound. */
function toData(document: Document.Parsed): unknown {
  try {
    const value = document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
    return isBounded(value) ? value : undefined;
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

function childOf(node: unknown, segment: string | number): { readonly key: Node | null; readonly value: Node | null } | null {
  if (isSeq(node) && typeof segment === "number") {
    const item = node.items[segment] as Node | undefined;
    return item === undefined ? null : { key: item, value: item };
  }
  if (!isMap(node)) return null;
  const pair = node.items.find((one) => isScalar(one.key) && one.key.value === segment);
  return pair === undefined ? null : { key: pair.key as Node | null, value: pair.value as Node | null };
}

/** An absent value (`key:` and nothing) has no place of its own. */
const isAbsent = (node: Node | null): boolean => node === null || (isScalar(node) && node.value === null && node.source === "");

/**
 * Reads one YAML 1.2 document: no custom tags, no duplicate keys, few aliases, bounded depth, text keys. Never throws.
 * `firstLine` is the line of the file at which `text` begins.
 */
export function readYaml(file: string, text: string, firstLine = 1): YamlFile {
  const lineCounter = new LineCounter();
  const { documents, tooDeep } = compose(text, lineCounter);
  const placeOf = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(Math.min(offset, text.length));
    return { file, line: Math.max(line, 1) + firstLine - 1, column: Math.max(col, 1) };
  };
  const document = documents[0];
  const start = placeOf(0);

  const find = (path: Path): { key: Node | null; value: Node | null } => {
    let found: { key: Node | null; value: Node | null } = { key: document?.contents ?? null, value: document?.contents ?? null };
    for (const segment of path) {
      const node = isAlias(found.value) && document !== undefined ? (found.value.resolve(document) ?? null) : found.value;
      const child = childOf(node, segment);
      if (child === null) break;
      found = child;
    }
    return found;
  };
  const place = (node: Node | null): Place => (node?.range ? placeOf(node.range[0]) : start);
  const result = (value: unknown, mistakes: readonly Mistake[]): YamlFile => ({
    file,
    value,
    mistakes,
    valueAt: (path) => {
      const { key, value: node } = find(path);
      return place(isAbsent(node) ? key : node);
    },
    keyAt: (path) => place(find(path).key),
  });

  const syntax = documents.flatMap((one) => [...one.errors, ...one.warnings.filter((warning) => warning.code !== "TAG_RESOLVE_FAILED")]);
  if (documents.length > 1) {
    return result(undefined, [mistake(place(documents[1]?.contents ?? null), { message: "the file holds more than one document", fix: CODES["MULTIPLE_DOCS"] ?? "" })]);
  }
  if (syntax.length > 0) {
    const perLine = new Map(syntax.map((error) => [placeOf(error.pos[0]).line, error] as const).toReversed());
    const first = [...perLine.values()].toSorted((a, b) => a.pos[0] - b.pos[0]).slice(0, MAX_SYNTAX_MISTAKES);
    return result(undefined, first.map((error) => mistake(placeOf(error.pos[0]), syntaxFault(error.code, error.message))));
  }
  const faults = documentFaults(documents, tooDeep);
  if (faults.length > 0 || document === undefined) return result(undefined, faults.map((fault) => mistake(start, fault)));
  const checked = checkNodes(document, MAX_ALIASES);
  const mistakes = checked.faults.map(({ offset, ...fault }) => mistake(placeOf(offset), fault));
  if (checked.fatal) return result(undefined, mistakes);
  const value = toData(document);
  if (value === undefined) mistakes.push(mistake(start, ALIAS_BOMB));
  return result(value, mistakes);
}
