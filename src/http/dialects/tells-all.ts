import { parseAnswer } from "./held-document.ts";
import { isRecord } from "./is-record.ts";

type Body = Readonly<Record<string, unknown>>;

/** Types of parts, items, blocks and deltas whose whole meaning the canonical events carry. */
const TOLD: ReadonlySet<unknown> = new Set([
  // Parts of messages, in all dialects
  "text",
  "output_text",
  "refusal",
  "function",
  // Anthropic's blocks and deltas
  "thinking",
  "redacted_thinking",
  "tool_use",
  "text_delta",
  "thinking_delta",
  "signature_delta",
  "input_json_delta",
  // Items of Responses
  "message",
  "reasoning",
  "function_call",
  "summary_text",
  "reasoning_text",
  // Details of reasoning in chat completions
  "reasoning.text",
  "reasoning.summary",
  "reasoning.encrypted",
]);

/** Where an answer says something, in all dialects. */
const SAID = [
  "choices",
  "message",
  "delta",
  "content",
  "content_block",
  "output",
  "item",
  "part",
  "response",
  "tool_calls",
];

/** What no other dialect can say, wherever it stands and is not empty. */
const UNTOLD = ["annotations", "annotation", "citations", "citation", "audio", "function_call", "logprobs"];

/** Deeper answers are not looked through. */
const MAX_DEPTH = 12;

/**
 * Whether an answer holds nothing but what canonical events carry: one choice of text, refusal, reasoning and calls of
 * functions. Sources, sound, log-probabilities and items of hosted tools are more than that.
 */
export function tellsAll(stream: boolean, chunks: readonly Buffer[]): boolean {
  try {
    return documentsOf(stream, chunks).every((document) => !isRecord(document) || isTold(document, 0));
  } catch {
    return false;
  }
}

function isTold(body: Body, depth: number): boolean {
  if (depth > MAX_DEPTH || UNTOLD.some((name) => isMore(body[name]))) return false;
  if (
    Array.isArray(body["choices"]) &&
    body["choices"].some((choice) => isRecord(choice) && (choice["index"] ?? 0) !== 0)
  )
    return false;
  return SAID.every((name) => {
    const said = body[name];
    if (Array.isArray(said)) return said.every((part) => !isRecord(part) || isToldPart(part, depth + 1));
    return !isRecord(said) || isToldPart(said, depth + 1);
  });
}

const isToldPart = (part: Body, depth: number): boolean =>
  (part["type"] === undefined || TOLD.has(part["type"])) && isTold(part, depth);

const isMore = (value: unknown): boolean => value != null && !(Array.isArray(value) && value.length === 0);

/** The JSON documents of an answer: one, or the data of each event of a stream. Throws on what is none. */
function documentsOf(stream: boolean, chunks: readonly Buffer[]): readonly unknown[] {
  const [only] = chunks;
  const whole = only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks);
  if (!stream) return [parseAnswer(whole)];
  const text = whole.toString();
  const data = text.split(/\r?\n/).filter((line) => line.startsWith("data:"));
  return data
    .map((line) => line.slice(5).trim())
    .flatMap((line) => (line === "[DONE]" ? [] : [JSON.parse(line) as unknown]));
}
