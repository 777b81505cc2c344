import { answerMaximum, LONGEST_ANSWER } from "../../domain/limits/answer-maximum.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import { present } from "../present.ts";
import { hasTextOnly } from "./form-tokens.ts";

/** Bytes of a request for one token, a rule of thumb: its settling corrects it. */
const BYTES_PER_TOKEN = 4;

/** Answers that are not made of tokens. */
const WITHOUT_ANSWER: ReadonlySet<string> = new Set(["openai-embeddings", "openai-moderations", "openai-files"]);

/** Answers asked for at once. */
function answersOf({ request }: OpenCall): number {
  const { n, best_of: bestOf } = present(request).body;
  const most = Math.max(typeof n === "number" ? n : 1, typeof bestOf === "number" ? bestOf : 1);
  return Math.min(128, Math.max(1, Math.ceil(most)));
}

function maximumOf(call: OpenCall): number | null {
  const parameters = call.placement?.release.content.parameters;
  return (parameters === undefined ? null : answerMaximum(parameters)) ?? answerMaximum(present(call.request).body);
}

/** Tokens of a request, by the same guess. */
export const likelyInputTokens = (call: OpenCall): number =>
  hasTextOnly(call) ? Math.ceil(call.arrival.bytes.length / BYTES_PER_TOKEN) : 0;

/** Tokens of request and answer, as far as one can guess before the call: what limits let it in by. */
export function likelyTokens({ answerLengths }: Pick<Gateway, "answerLengths">, call: OpenCall): number {
  const input = likelyInputTokens(call);
  if (WITHOUT_ANSWER.has(call.arrival.dialect.name)) return input;
  return input + (maximumOf(call) ?? answerLengths.expected(answerNameOf(call))) * answersOf(call);
}

/** Learns from an answer to a call that a limit had let in and whose request names no maximum. */
export function learnAnswerLength({ answerLengths }: Pick<Gateway, "answerLengths">, call: OpenCall): void {
  const last = call.attempts.at(-1);
  if ((call.pass == null && call.rooms === undefined) || last?.end !== "answered" || last.usage === null) return;
  if (WITHOUT_ANSWER.has(call.arrival.dialect.name) || answerMaximum(present(call.request).body) !== null) return;
  answerLengths.observe(answerNameOf(call), (last.usage.output + last.usage.reasoning) / answersOf(call));
}

/** Whose answers are alike: those of an endpoint or a model, as the request names it. No release is placed yet when limits ask. */
const answerNameOf = ({ request }: OpenCall): string => present(request).model;

/** The most tokens that the answers can have; `maxOutput` is the most that the model can make, where that is known. */
export function mostOutputTokens(call: OpenCall, maxOutput = LONGEST_ANSWER): number {
  if (WITHOUT_ANSWER.has(call.arrival.dialect.name)) return 0;
  return (maximumOf(call) ?? maxOutput) * answersOf(call);
}
