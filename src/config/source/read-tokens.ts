import { type CST, Lexer, type LineCounter, Parser } from "yaml";
import { MAX_NESTING, isTooDeep } from "./nesting.ts";

/**
 * Most lexical pieces of one file, each escape in double quotes among them: some six thousand lines. What a file
 * costs to parse grows with their number and not with its length, up to 10 µs each for text that is wrong everywhere.
 */
export const MAX_LEXEMES = 50_000;

/** Syntax errors after which nobody reads on. */
const MAX_ERRORS = 100;

/** Entries of the parser's stack for one level of nesting: the collection and what stands in it. */
const ENTRIES_PER_LEVEL = 2;

/** Which bound a text breaks. */
export type Excess = "depth" | "length";

/** The syntax tree of a text, as far as the bounds allow. */
export interface Tokens {
  readonly tokens: readonly CST.Token[];
  readonly excess: Excess | null;
}

/**
 * The syntax tree of a YAML text. Bounds are kept while reading, because what comes after (composing, data) is
 * recursive and takes many times as long. After a hundred syntax errors the rest is not read.
 */
export function readTokens(text: string, lineCounter: LineCounter): Tokens {
  const parser = new Parser(lineCounter.addNewLine);
  lineCounter.addNewLine(0);
  const tokens: CST.Token[] = [];
  let lexemes = 0;
  let errors = 0;
  for (const lexeme of new Lexer().lex(text)) {
    lexemes += weightOf(lexeme);
    if (lexemes > MAX_LEXEMES) return { tokens, excess: "length" };
    for (const token of parser.next(lexeme)) {
      tokens.push(token);
      if (token.type === "error") errors += 1;
    }
    if (parser.stack.length > ENTRIES_PER_LEVEL * (MAX_NESTING + 2)) return { tokens, excess: "depth" };
    if (errors >= MAX_ERRORS) break;
  }
  tokens.push(...parser.end());
  return { tokens, excess: tokens.some(isTooDeep) ? "depth" : null };
}

function weightOf(lexeme: string): number {
  if (lexeme[0] !== '"') return 1;
  let weight = 1;
  for (let at = lexeme.indexOf("\\"); at >= 0; at = lexeme.indexOf("\\", at + 2)) weight += 1;
  return weight;
}
