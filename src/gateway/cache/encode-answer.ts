import type { CachedAnswer } from "../../domain/cache/cached-answer.ts";
import { ageMsOf } from "../../domain/cache/cache-wish.ts";
import { replayEvents } from "../../domain/cache/replay-events.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import { present } from "../present.ts";
import type { Recalled } from "./course.ts";

/**
 * A kept answer in the client's dialect, as a document or as a stream, with the id and the time of this call; `null`
 * for one that the dialect cannot write, such as arguments of a tool that are no JSON.
 */
export function encodeAnswer(gateway: Gateway, open: OpenCall, answer: CachedAnswer): Recalled | null {
  const { dialect } = open.arrival;
  const form = dialect.answerForm(present(open.request));
  try {
    const encoder = dialect.encoder(form, open.id, open.at);
    const chunks: Buffer[] = [];
    for (const event of replayEvents(answer, form.stream)) chunks.push(encoder.push(event));
    chunks.push(encoder.end());
    const ageMs = ageMsOf(answer, gateway.clock.now());
    return { answer, ageMs, bytes: Buffer.concat(chunks), finishReason: encoder.facts.finishReason };
  } catch {
    return null;
  }
}
