import type { CallFacts } from "../call/call-record.ts";
import type { FeedbackItem } from "../feedback/feedback.ts";
import { maskText } from "../../kit/mask-text.ts";
import { namesIn } from "./semantic-names.ts";
import type { SemanticVersion } from "./semantic-name.ts";
import { SPAN_NUMBERS, spanIdOf, traceIdOf } from "./trace-ids.ts";
import type { AttributeValue, Attributes } from "./trace-span.ts";

/** A score that was given to a call after its end. */
export interface Evaluation {
  readonly traceId: string;
  /** The span that is judged: the call's. */
  readonly spanId: string;
  readonly callId: string;
  /** When it was given, epoch milliseconds. */
  readonly at: number;
  /** What was judged, such as `helpfulness` or `thumbs`. */
  readonly name: string;
  /** `null` where there is only a word. */
  readonly value: number | null;
  /** `null` where there is only a number. */
  readonly label: string | null;
  /** What was written beside it; content. */
  readonly explanation: string | null;
  /** Who scored; `null` is not told. */
  readonly judge: string | null;
}

/** What feedback says of a call's quality, as a score; `null` for what judges nothing: corrections, business metrics. */
export function evaluationOf(
  facts: Pick<CallFacts, "id" | "traceId">,
  item: FeedbackItem,
  at: number,
): Evaluation | null {
  const said = scoreOf(item);
  if (said === null) return null;
  const usual = { value: null, label: null, explanation: null, judge: null };
  return {
    traceId: traceIdOf(facts),
    spanId: spanIdOf(facts.id, SPAN_NUMBERS.call),
    callId: facts.id,
    at,
    ...usual,
    ...said,
  };
}

type Score = Pick<Evaluation, "name"> & Partial<Pick<Evaluation, "value" | "label" | "explanation" | "judge">>;

function scoreOf(item: FeedbackItem): Score | null {
  if (item.kind === "thumbs") return { name: "thumbs", value: item.up ? 1 : 0, label: item.up ? "up" : "down" };
  if (item.kind === "score") return { name: item.name, value: item.value, judge: item.judge };
  if (item.kind === "problem") return { name: "problem", value: 0, label: item.category, explanation: item.comment };
  return null;
}

/** The attributes of a score's event. What was written beside it is content, and masked. */
export function evaluationAttributes(
  evaluation: Evaluation,
  { version, wantsContent }: { readonly version: SemanticVersion; readonly wantsContent: boolean },
): Attributes {
  const names = namesIn(version);
  const { name, value, label, explanation, judge, callId } = evaluation;
  const known: readonly (readonly [string, AttributeValue | null])[] = [
    [names.evaluationName, name],
    [names.evaluationScore, value],
    [names.evaluationLabel, label],
    [names.evaluationExplanation, wantsContent && explanation !== null ? maskText(explanation) : null],
    [names.judge, judge],
    [names.callId, callId],
  ];
  return Object.fromEntries(known.filter((one): one is readonly [string, AttributeValue] => one[1] !== null));
}
