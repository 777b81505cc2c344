import type { Answer } from "./answer.ts";

/** What one answer carries besides its content. */
export interface AnswerMarks {
  readonly id: string;
  readonly model: string;
  /** Epoch seconds. */
  readonly created: number;
}

/** JSON in plain ASCII, so that characters are bytes. */
export const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

const usageOf = ({ promptTokens, completionTokens }: Answer): object => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
  prompt_tokens_details: { cached_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0 },
});

const toolCallOf = (answer: Answer, marks: AnswerMarks, text: string): object => ({
  id: `call_${marks.id}`,
  type: "function",
  function: { name: answer.tool, arguments: text },
});

/** The body of a whole answer (`chat.completion`). */
export function wholeBody(answer: Answer, marks: AnswerMarks): string {
  const text = answer.pieces.join("");
  const message = {
    role: "assistant",
    content: answer.kind === "text" ? text : null,
    refusal: answer.kind === "refusal" ? text : null,
    ...(answer.kind === "tool" ? { tool_calls: [toolCallOf(answer, marks, text)] } : {}),
  };
  return asciiJson({
    id: `chatcmpl-${marks.id}`,
    object: "chat.completion",
    created: marks.created,
    model: marks.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: answer.finishReason }],
    usage: usageOf(answer),
    system_fingerprint: null,
  });
}

/** A stream's events (`chat.completion.chunk`): `pieces` has one event for each piece of the answer. */
export interface StreamEvents {
  readonly first: string;
  readonly pieces: readonly string[];
  /** Finish, usage where asked for. */
  readonly last: string;
}

/** The sentinel that closes a stream. */
export const DONE = "data: [DONE]\n\n";

/** The events of a streamed answer. */
export function streamEvents(answer: Answer, marks: AnswerMarks, includeUsage: boolean): StreamEvents {
  const head = `data: {"id":"chatcmpl-${marks.id}","object":"chat.completion.chunk","created":${marks.created},"model":${asciiJson(marks.model)},"system_fingerprint":null,`;
  const tail = includeUsage ? `,"usage":null}\n\n` : "}\n\n";
  const event = (delta: string, finish: string): string =>
    `${head}"choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finish}}]${tail}`;
  const usage = includeUsage ? `${head}"choices":[],"usage":${asciiJson(usageOf(answer))}}\n\n` : "";
  return {
    first: event(openingOf(answer, marks), "null"),
    pieces: answer.pieces.map((piece) => event(deltaOf(answer.kind, piece), "null")),
    last: event("{}", `"${answer.finishReason}"`) + usage,
  };
}

function openingOf(answer: Answer, marks: AnswerMarks): string {
  if (answer.kind === "text") return `{"role":"assistant","content":"","refusal":null}`;
  if (answer.kind === "refusal") return `{"role":"assistant","content":null,"refusal":""}`;
  const call = { index: 0, ...toolCallOf(answer, marks, "") };
  return asciiJson({ role: "assistant", content: null, tool_calls: [call] });
}

function deltaOf(kind: Answer["kind"], piece: string): string {
  const text = asciiJson(piece);
  if (kind === "text") return `{"content":${text}}`;
  if (kind === "refusal") return `{"refusal":${text}}`;
  return `{"tool_calls":[{"index":0,"function":{"arguments":${text}}}]}`;
}

/** An error in OpenAI's form. */
export const errorBody = (message: string, type: string, code: string | null): string =>
  asciiJson({ error: { message, type, param: null, code } });
