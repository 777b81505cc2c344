import type { RequestFeatures } from "./features.ts";
import { estimatedTokens } from "./features.ts";

/** One part of the score: what was seen, and the points that it gave. */
export interface ScorePart {
  readonly name: string;
  readonly points: number;
}

/** The complexity of a request, from 0 to 100, with its parts. */
export interface ComplexityScore {
  readonly score: number;
  readonly parts: readonly ScorePart[];
}

/** Words that ask for reasoning rather than for a fact, in a few languages; matched as beginnings of words. */
const REASONING = [
  "why prove proof compare explain derive analy evaluat optimi design debug refactor implement calculat estimat step",
  "trade consequen argu warum beweis vergleich erklär herleit berechn entwirf schritt",
  "pourquoi prouve expliqu étape explica demuestra paso perché spiega dimostra porquê",
].flatMap((stems) => stems.split(" "));

const CODE_MARKS = [
  "```",
  "function ",
  "class ",
  "def ",
  "SELECT ",
  "import ",
  "=>",
  "</",
  "{\n",
  "#include",
  "Traceback",
];

/**
 * How demanding a request looks, version 1: a sum of points with weights set by hand and written in docs/routing.md,
 * not learned from anything. It sees the surface of a request and no more; whether it is of any use for your traffic
 * is what `rollward routing report` says. Work is linear in the question, which is bounded.
 */
export function complexityOf(features: RequestFeatures): ComplexityScore {
  const { question, characters, tools, format, turns, images } = features;
  const tokens = estimatedTokens(characters);
  const parts: ScorePart[] = [
    // 0 at nothing, 20 at about 1,000 tokens, 30 from 32,000 on.
    { name: "length", points: Math.min(30, 2 * Math.log2(1 + tokens)) },
    { name: "code", points: Math.min(15, 5 * CODE_MARKS.filter((mark) => question.includes(mark)).length) },
    { name: "numbers", points: Math.min(10, 2 * countMatches(question, /\d+/g, 5)) },
    { name: "several questions", points: Math.min(15, 5 * Math.max(0, asked(question) - 1)) },
    { name: "reasoning words", points: Math.min(15, 5 * reasoningWords(question)) },
    { name: "tools", points: tools === 0 ? 0 : Math.min(5, 2 + tools) },
    { name: "structured answer", points: format === "json-schema" ? 3 : format === "json" ? 2 : 0 },
    { name: "turns", points: Math.min(4, Math.max(0, turns - 1)) },
    { name: "images", points: images === 0 ? 0 : 3 },
  ];
  const sum = parts.reduce((total, { points }) => total + points, 0);
  return { score: Math.round(Math.min(100, sum) * 10) / 10, parts: parts.filter(({ points }) => points > 0) };
}

/** Counts matches of a pattern without backtracking, at most `most`. */
function countMatches(text: string, pattern: RegExp, most: number): number {
  let count = 0;
  for (const _ of text.matchAll(pattern)) {
    count += 1;
    if (count >= most) break;
  }
  return count;
}

/** Questions and points of a list. */
const asked = (text: string): number => countMatches(text, /[?？؟]/gu, 4) + countMatches(text, /\n[-*\d]/g, 4);

function reasoningWords(text: string): number {
  const found = new Set<string>();
  for (const [word] of text.toLowerCase().matchAll(/\p{L}+/gu)) {
    const stem = REASONING.find((each) => word.startsWith(each));
    if (stem !== undefined) found.add(stem);
    if (found.size >= 3) break;
  }
  return found.size;
}
