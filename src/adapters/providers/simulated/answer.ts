import type { Ask, OfferedTool } from "./ask.ts";
import { documentFor } from "./document-for.ts";
import type { Randomness } from "./randomness.ts";
import type { SimulatedModelSettings } from "../../../domain/call/simulated-model-settings.ts";
import { REFUSAL, supportAnswer } from "./support-answer.ts";

/** A finished answer, before it is written to the wire. */
export interface Answer {
  readonly kind: "text" | "refusal" | "tool";
  /** The text, or a tool call's arguments, piece by piece as a stream sends it. */
  readonly pieces: readonly string[];
  /** Name of the tool called; empty for the other kinds. */
  readonly tool: string;
  readonly finishReason: "stop" | "length" | "tool_calls";
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** Longest answer in tokens: a lognormal has no bound of its own. */
const MOST_TOKENS = 250_000;
const CHARACTERS_PER_TOKEN = 4;

/** Tokens of a text by the rule of thumb of four characters each. */
export const tokensOf = (characters: number): number => Math.ceil(characters / CHARACTERS_PER_TOKEN);

/** Composes the answer to a request. Takes the same number of draws for the same request. */
export function composeAnswer(ask: Ask, settings: SimulatedModelSettings, random: Randomness): Answer {
  const isGood = random.unit() < settings.quality;
  const tool = chosenTool(ask);
  if (tool !== null) {
    const document = documentFor(tool.parameters, random, wordsOf(ask.userText));
    return finish(ask, { kind: "tool", text: JSON.stringify(document), tool: tool.name });
  }
  if (ask.schema !== null) {
    const document = documentFor(ask.schema, random, wordsOf(ask.userText));
    return finish(ask, { kind: "text", text: JSON.stringify(document), tool: "" });
  }
  const tokens = Math.min(Math.round(random.spread(settings.answerTokens)), MOST_TOKENS);
  return finish(ask, { kind: "text", text: writeText(ask, { isGood, tokens }, random), tool: "" });
}

/** The answer of a model that declines. */
export const refusalTo = (ask: Ask): Answer => finish(ask, { kind: "refusal", text: REFUSAL, tool: "" });

function finish(
  ask: Ask,
  draft: { readonly kind: Answer["kind"]; readonly text: string; readonly tool: string },
): Answer {
  const limit = (ask.maxTokens ?? MOST_TOKENS) * CHARACTERS_PER_TOKEN;
  const isCut = draft.text.length > limit;
  const text = isCut ? draft.text.slice(0, limit).toWellFormed() : draft.text;
  return {
    kind: draft.kind,
    pieces: piecesOf(text),
    tool: draft.tool,
    finishReason: isCut ? "length" : draft.kind === "tool" ? "tool_calls" : "stop",
    promptTokens: tokensOf(ask.promptCharacters),
    completionTokens: tokensOf(text.length + draft.tool.length),
  };
}

/** The first sentence whole, then closing sentences in turn until there are enough tokens. */
function writeText(
  ask: Ask,
  { isGood, tokens }: { readonly isGood: boolean; readonly tokens: number },
  random: Randomness,
): string {
  const { first, closing } = supportAnswer(ask.userText, isGood, (count) => random.below(count));
  const result = ask.toolResult === null ? "" : `Here is what I found: ${ask.toolResult.slice(0, 200)}. `;
  let text = result + first;
  const enough = tokens * CHARACTERS_PER_TOKEN;
  for (let turn = random.below(closing.length); text.length < enough; turn += 1) {
    const sentence = closing[turn % closing.length] ?? "";
    if (text.length + sentence.length / 2 > enough) break;
    text += ` ${sentence}`;
  }
  return text;
}

const ORDER_WORDS = ["status", "where", "track", "arrive", "ship", "deliver"];

/** The tool to call, when the request asks for one: by its choice, or by asking for an order's status. */
function chosenTool({ tools, toolChoice, toolResult, userText }: Ask): OfferedTool | null {
  const [first = null] = tools;
  if (typeof toolChoice === "object") return tools.find(({ name }) => name === toolChoice.name) ?? first;
  if (first === null || toolChoice === "none" || toolResult !== null) return null;
  const orderTool = tools.find(({ name }) => /order|status/i.test(name)) ?? first;
  if (toolChoice === "required") return orderTool;
  const asked = userText.slice(0, 2_000).toLowerCase();
  return asked.includes("order") && ORDER_WORDS.some((word) => asked.includes(word)) ? orderTool : null;
}

const wordsOf = (text: string): string[] => text.slice(0, 2_000).match(/[\p{L}\p{N}_-]+/gu) ?? [];

/** Longest piece of a text without spaces, characters. */
const LONGEST_PIECE = 12;

/** A text as a model streams it: words with the space before them, long ones in parts. */
export function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length;) {
    const space = text.indexOf(" ", start + 1);
    let end = Math.min(space < 0 ? text.length : space, start + LONGEST_PIECE);
    // A pair of surrogates is one character and stays whole.
    if (end < text.length && (text.charCodeAt(end) & 0xfc00) === 0xdc00) end += 1;
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}
