import type { AssistantPart, CallEvent } from "../call/canonical.ts";
import type { CachedAnswer } from "./cached-answer.ts";

/**
 * UTF-16 code units of one piece of a replayed stream: about what providers send, so that a client which shows text
 * as it comes is not handed all of it at once.
 */
const PIECE = 48;

/**
 * The events of a kept answer. For a stream texts come in pieces, never cut inside a character; for a document each
 * part comes whole.
 */
export function* replayEvents(answer: CachedAnswer, stream: boolean): Generator<CallEvent> {
  yield { type: "answer-start", id: answer.callId, model: answer.model };
  let calls = 0;
  for (const part of answer.parts) {
    yield* partEvents(part, stream ? PIECE : Number.POSITIVE_INFINITY, calls);
    if (part.type === "tool-call") calls += 1;
  }
  if (answer.usage !== null && !answer.usage.estimated) {
    const { estimated: _, ...usage } = answer.usage;
    yield { type: "usage", usage };
  }
  const { finishReason, stopSequence } = answer;
  yield { type: "end", finishReason, ...(stopSequence !== null && { stopSequence }) };
}

function* partEvents(part: AssistantPart, size: number, index: number): Generator<CallEvent> {
  switch (part.type) {
    case "text":
      for (const text of pieces(part.text, size)) yield { type: "text-delta", text };
      return;
    case "refusal":
      for (const text of pieces(part.text, size)) yield { type: "refusal-delta", text };
      return;
    case "reasoning":
      for (const text of pieces(part.text ?? "", size)) yield { type: "reasoning-delta", text };
      yield {
        type: "reasoning-end",
        signature: part.signature,
        data: part.data,
        ...(part.origin !== undefined && { origin: part.origin }),
      };
      return;
    case "tool-call":
      yield { type: "tool-call-start", index, id: part.id, name: part.name };
      for (const argumentsDelta of pieces(part.arguments, size)) {
        yield { type: "tool-call-delta", index, argumentsDelta };
      }
  }
}

function* pieces(text: string, size: number): Generator<string> {
  for (let start = 0; start < text.length;) {
    let end = Math.min(text.length, start + size);
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end += 1;
    yield text.slice(start, end);
    start = end;
  }
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
