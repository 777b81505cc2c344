import { type CST, Composer, type Document, LineCounter } from "yaml";
import type { Mistake } from "../project.ts";
import { checkNodes } from "./check-nodes.ts";
import { type Fault, mistake } from "./mistakes.ts";
import { type YamlPlaces, yamlPlaces } from "./yaml-places.ts";
import { MAX_NESTING, isBounded, openQuote } from "./nesting.ts";
import { type Excess, MAX_LEXEMES, readTokens } from "./read-tokens.ts";

/** A parsed YAML file that knows where everything stands. */
export interface YamlFile extends YamlPlaces {
  readonly file: string;
  /** The document as plain data; `undefined` when it cannot be told because of mistakes. */
  readonly value: unknown;
  readonly mistakes: readonly Mistake[];
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
  MULTIPLE_ANCHORS: "give a value at most one anchor",
};

/** The parser's own words without the text they quote, which may be a secret. */
function syntaxFault(code: string, message: string): Fault {
  const cut = message.search(/: ["`']|\n/);
  return {
    message: `this is not valid YAML: ${cut < 0 ? message : message.slice(0, cut)}`,
    fix:
      CODES[code] ?? "correct the YAML here; `key: value`, lists with `- `, quotes around text with special characters",
  };
}

const EXCESSES: Readonly<Record<Excess, Fault>> = {
  depth: { message: `the file is nested more than ${MAX_NESTING} levels deep`, fix: "flatten it" },
  length: {
    message: `the file has more than ${MAX_LEXEMES} words, signs and line ends`,
    fix: "shorten it; long texts belong in prompt files",
  },
};

/** A reason not to look into the document at all. */
function documentFault(document: Document.Parsed | undefined, excess: Excess | null): Fault | null {
  if (excess !== null) return EXCESSES[excess];
  if (document === undefined || document.contents === null) {
    return { message: "the file is empty", fix: "fill it in; docs/config.md shows the shape" };
  }
  if (document.directives.yaml.version !== "1.2") {
    return {
      message: "the file asks for another YAML version",
      fix: "remove the %YAML line; files are read as YAML 1.2",
    };
  }
  return null;
}

interface Composed {
  readonly tokens: readonly CST.Token[];
  readonly documents: readonly Document.Parsed[];
  readonly excess: Excess | null;
}

function compose(text: string, lineCounter: LineCounter): Composed {
  const { tokens, excess } = readTokens(text, lineCounter);
  if (excess !== null) return { tokens: [], documents: [], excess };
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
  return { tokens, documents: [...composer.compose(tokens, true, text.length)], excess: null };
}

const ALIAS_BOMB: Fault = {
  message: "the aliases of the file unfold to more than a configuration can hold",
  fix: "write the values out",
};

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

const SEVERAL: Fault = {
  message: "the file holds more than one document",
  fix: "keep one document in the file; remove the line ---",
};

const UNCLOSED: Fault = {
  message: "this is not valid YAML: the quote is not closed",
  fix: "close it, or write the text without quotes",
};

/** What the parser could not make sense of, the first of each line. */
function syntaxMistakes({ documents, tokens }: Composed, { placeOf }: YamlPlaces): Mistake[] {
  const [, second] = documents;
  if (second !== undefined) return [mistake(placeOf(second.range[0]), SEVERAL)];
  const errors = documents.flatMap((one) => [
    ...one.errors,
    ...one.warnings.filter((warning) => warning.code !== "TAG_RESOLVE_FAILED"),
  ]);
  const quote = errors.some(({ message }) => /^Missing closing ["']quote/.test(message)) ? openQuote(tokens) : null;
  // The parser notices at the end of the file, and stumbles over much before.
  if (quote !== null) return [mistake(placeOf(quote), UNCLOSED)];
  const perLine = new Map(errors.map((error) => [placeOf(error.pos[0]).line, error] as const).toReversed());
  const first = [...perLine.values()].toSorted((a, b) => a.pos[0] - b.pos[0]).slice(0, MAX_SYNTAX_MISTAKES);
  return first.map((error) => mistake(placeOf(error.pos[0]), syntaxFault(error.code, error.message)));
}

/** The data of a composed document, or what keeps it from being data. */
function readDocument(
  document: Document.Parsed,
  { placeOf }: YamlPlaces,
): { readonly value: unknown; readonly mistakes: readonly Mistake[] } {
  const checked = checkNodes(document, MAX_ALIASES);
  const mistakes = checked.faults.map(({ offset, ...fault }) => mistake(placeOf(offset), fault));
  if (checked.fatal) return { value: undefined, mistakes };
  const value = toData(document);
  return {
    value,
    mistakes: value === undefined ? [...mistakes, mistake(placeOf(checked.firstAlias), ALIAS_BOMB)] : mistakes,
  };
}

/**
 * Reads one YAML 1.2 document: no custom tags, no duplicate keys, few aliases, bounded depth, text keys. Never throws.
 * `firstLine` is the line of the file at which `text` begins.
 */
export function readYaml(file: string, text: string, firstLine = 1): YamlFile {
  const lineCounter = new LineCounter();
  const composed = compose(text, lineCounter);
  const [document] = composed.documents;
  const places = yamlPlaces({ file, length: text.length, firstLine, lineCounter }, document);
  const result = (value: unknown, mistakes: readonly Mistake[]): YamlFile => ({ file, value, mistakes, ...places });
  const syntax = syntaxMistakes(composed, places);
  if (syntax.length > 0) return result(undefined, syntax);
  const fault = documentFault(document, composed.excess);
  if (fault !== null || document === undefined) {
    return result(undefined, fault === null ? [] : [mistake(places.placeOf(0), fault)]);
  }
  const { value, mistakes } = readDocument(document, places);
  return result(value, mistakes);
}
