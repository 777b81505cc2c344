import type { Answer } from "./answer.ts";
import { asciiJson } from "./ascii-json.ts";
import { toolCallOf, usageOf } from "./whole-body.ts";
import type { AnswerMarks } from "./whole-body.ts";

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
