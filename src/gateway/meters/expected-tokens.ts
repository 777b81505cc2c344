import { answerMaximum, answersAsked, LONGEST_ANSWER } from "../../domain/limits/answer-maximum.ts";
import type { AskedFields } from "../../domain/limits/answer-maximum.ts";
import type { Deployment } from "../attempt/plan-of.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import { present } from "../present.ts";
import { hasTextOnly } from "./form-tokens.ts";

/** Bytes of a request for one token, a rule of thumb: its settling corrects it. */
const BYTES_PER_TOKEN = 4;

/** Answers that are not made of tokens. */
const WITHOUT_ANSWER: ReadonlySet<string> = new Set(["openai-embeddings", "openai-moderations", "openai-files"]);

/** What a call asks, with what its release sets once one is placed. */
const fieldsOf = ({ arrival, placement, request }: OpenCall): AskedFields => ({
  dialect: arrival.dialect.name,
  own: placement?.release.content.parameters ?? {},
  body: present(request).body,
});

/** Tokens of a request, by the same guess. */
export const likelyInputTokens = (call: OpenCall): number =>
  hasTextOnly(call) ? Math.ceil(call.arrival.bytes.length / BYTES_PER_TOKEN) : 0;

/** Tokens of request and answer, as far as one can guess before the call: what limits let it in by. */
export function likelyTokens({ answerLengths }: Pick<Gateway, "answerLengths">, call: OpenCall): number {
  const input = likelyInputTokens(call);
  if (WITHOUT_ANSWER.has(call.arrival.dialect.name)) return input;
  const fields = fieldsOf(call);
  return input + (answerMaximum(fields) ?? answerLengths.expected(answerNameOf(call))) * answersAsked(fields);
}

/** Learns from an answer to a call that a limit had let in and whose request names no maximum. */
export function learnAnswerLength({ answerLengths }: Pick<Gateway, "answerLengths">, call: OpenCall): void {
  const last = call.attempts.at(-1);
  if ((call.pass == null && call.rooms === undefined) || last?.end !== "answered" || last.usage === null) return;
  const fields = fieldsOf(call);
  if (WITHOUT_ANSWER.has(fields.dialect) || answerMaximum({ ...fields, own: {} }) !== null) return;
  answerLengths.observe(answerNameOf(call), (last.usage.output + last.usage.reasoning) / answersAsked(fields));
}

/** Whose answers are alike: those of an endpoint or a model, as the request names it. No release is placed yet when limits ask. */
const answerNameOf = ({ request }: OpenCall): string => present(request).model;

/** Answers, or images, that a call asks for at once. */
export const answersOf = (call: OpenCall): number => answersAsked(fieldsOf(call));

/** What is known of the answers of a place before it is asked. */
export interface AnsweringPlace extends Pick<Deployment, "target" | "unsaidMaximum"> {
  readonly provider: Pick<Deployment["provider"], "maxOutputs" | "speaks">;
}

/** The most tokens that the answers of a place can have: no fewer than what it is sent lets it make. */
export function mostOutputTokens(call: OpenCall, place: AnsweringPlace): number {
  if (WITHOUT_ANSWER.has(call.arrival.dialect.name)) return 0;
  const fields = fieldsOf(call);
  return (answerMaximum(fields) ?? unnamedMaximum(fields.dialect, place)) * answersAsked(fields);
}

/** Bytes that are passed on untranslated get no limit of ours. */
function unnamedMaximum(dialect: string, { provider, target, unsaidMaximum }: AnsweringPlace): number {
  const passes = provider.speaks?.some((name) => name === dialect) === true;
  return provider.maxOutputs?.get(target.model) ?? (passes ? undefined : unsaidMaximum) ?? LONGEST_ANSWER;
}
