import { NEGATORS, NUMBER_WORDS, SIDES, STOP_WORDS } from "./word-lists.ts";

/** What the guards and the score look at in a question. Made from its text each time; nothing to store. */
export interface QuestionTraits {
  /** Words in their order, lower case, without marks; at most 256. */
  readonly words: readonly string[];
  readonly wordSet: ReadonlySet<string>;
  /** Words that carry a subject. */
  readonly content: ReadonlySet<string>;
  /** Numbers, in digits or as words, sorted, as one text. */
  readonly numbers: string;
  /** Words of letters and digits (`a320`, `ord-7f`), sorted, as one text. */
  readonly identifiers: string;
  /** Number of negations. */
  readonly negations: number;
  /** Words with a capital that no sentence begins with, lower case. */
  readonly entities: ReadonlySet<string>;
  /** Sides of pairs of opposites that its words stand on. */
  readonly sides: ReadonlySet<number>;
}

/** UTF-16 code units looked at; what lies beyond does not count. */
const MOST_UNITS = 4_000;
const MOST_WORDS = 256;

/** A word with what may stand inside it. Each character belongs to one class only, so that nothing is tried twice. */
const WORD = /[\p{L}\p{M}\p{N}]+(?:['’.,\-_][\p{L}\p{M}\p{N}]+)*/gu;

/** Reads a question. Never throws; work is linear in the text and bounded. */
export function traitsOf(text: string): QuestionTraits {
  const looked = text.slice(0, MOST_UNITS).normalize("NFKC").slice(0, MOST_UNITS);
  const written = writtenWords(looked);
  const words = written.map(({ word }) => word);
  const numbers = written.flatMap(({ word }) => numberOf(word));
  return {
    words,
    wordSet: new Set(words),
    content: new Set(words.filter((word) => !STOP_WORDS.has(word)).map(stemOf)),
    numbers: numbers.toSorted().join(" "),
    identifiers: words.filter(isIdentifier).toSorted().join(" "),
    negations: words.filter((word) => NEGATORS.has(word)).length,
    entities: new Set(written.filter(({ isName }) => isName).map(({ word }) => word)),
    sides: new Set(words.flatMap((word) => SIDES.get(word) ?? [])),
  };
}

interface WrittenWord {
  readonly word: string;
  /** Written with a capital where no sentence begins. */
  readonly isName: boolean;
}

function writtenWords(text: string): readonly WrittenWord[] {
  const words: WrittenWord[] = [];
  let end = 0;
  for (const match of text.matchAll(WORD)) {
    const isFirst = words.length === 0 || SENTENCE_END.test(text.slice(end, match.index));
    end = match.index + match[0].length;
    for (const [part, piece] of piecesOf(match[0]).entries()) {
      words.push({ word: piece.toLowerCase(), isName: !isFirst && part === 0 && isCapital(piece) });
      if (words.length >= MOST_WORDS) return words;
    }
  }
  return words;
}

const SENTENCE_END = /[.!?:;\n"“”„«»(]/;

/** `don't` is `do` and `not`; `it's` is `it`; words joined by a hyphen without digits are words of their own. */
function piecesOf(written: string): readonly string[] {
  const plain = written.replaceAll("’", "'");
  if (DIGITS.test(plain)) return [plain.replaceAll("'", "")];
  return plain
    .split(/[-_.,]/)
    .flatMap((piece) => {
      const at = piece.indexOf("'");
      if (at <= 0) return [piece.replaceAll("'", "")];
      const tail = piece.slice(at + 1).toLowerCase();
      if (tail === "t" && piece[at - 1]?.toLowerCase() === "n") return [beforeNot(piece.slice(0, at - 1)), "not"];
      // Of `l'addition` and `d'un` the end is the word; of `card's` and `I've` the beginning.
      return tail.length > 3 ? [piece.slice(at + 1)] : [piece.slice(0, at)];
    })
    .filter((piece) => piece !== "");
}

/** Two of the contracted words lose more than a letter. */
function beforeNot(word: string): string {
  const lower = word.toLowerCase();
  return lower === "ca" ? "can" : lower === "wo" ? "will" : word;
}

const DIGITS = /\p{N}/u;
const LETTERS = /\p{L}/u;

/** The one-letter word I is a name of nobody, and `A320` is an identifier. */
const isCapital = (piece: string): boolean => piece.length > 1 && /^\p{Lu}/u.test(piece) && !DIGITS.test(piece);

const isIdentifier = (word: string): boolean => DIGITS.test(word) && LETTERS.test(word);

/** A plain number as one of ours writes it: `1,000.50` and `1000.5` are one; of `10th` and `5km` the digits count. */
function numberOf(word: string): readonly string[] {
  const counted = NUMBER_WORDS.get(word);
  if (counted !== undefined) return [counted];
  if (!DIGITS.test(word)) return [];
  const value = Number(word.replaceAll(",", ""));
  return [Number.isFinite(value) ? String(value) : word];
}

/** A plural and its singular are one word for the overlap; nothing finer is worth its mistakes. */
function stemOf(word: string): string {
  if (word.length > 4 && word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (word.length > 3 && word.endsWith("s") && !word.endsWith("ss")) return word.slice(0, -1);
  if (word.length > 5 && word.endsWith("ing")) return word.slice(0, -3);
  return word.length > 4 && word.endsWith("ed") ? word.slice(0, -2) : word;
}
