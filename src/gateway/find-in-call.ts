import type { AnswerSummary } from "../domain/answer/answer.ts";
import { NO_TERMS } from "../domain/answer/answer-terms.ts";
import type { AnswerTerms } from "../domain/answer/answer-terms.ts";
import { DEFAULT_ACTIONS, jointActions } from "../domain/answer/checks-policy.ts";
import type { ChecksPolicy } from "../domain/answer/checks-policy.ts";
import { actionOn, findInAnswer, needTerms } from "../domain/answer/find-in-answer.ts";
import type { CallFinding } from "../domain/answer/find-in-answer.ts";
import { finding } from "../domain/answer/finding.ts";
import type { Finding } from "../domain/answer/finding.ts";
import { SchemaCache } from "../domain/answer/schema/schema-cache.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Release } from "../domain/release/release.ts";
import type { Route } from "../domain/traffic/route.ts";
import type { AnswerFacts } from "../ports/dialect.ts";
import type { OpenCall, Placement } from "./open-call.ts";

/** The checks in force for a call. */
export interface ChecksInForce {
  /** What is looked for and how it counts: the same in both arms of a rollout. */
  readonly actions: ChecksPolicy["actions"];
  /** What the release that answers demands; `null` where it says nothing. */
  readonly own: ChecksPolicy | null;
}

/** The checks in force for a call; `null` where neither its release nor the other arm's says anything. */
export function checksOf({ placement, aim }: OpenCall): ChecksInForce | null {
  if (placement === null) return null;
  const own = placement.release.content.policies.checks ?? null;
  const isEvidence = placement.evidenceOf !== null && aim?.type === "endpoint";
  const other = isEvidence ? otherArm(aim.route, placement.arm) : null;
  if (other === null) return own === null ? null : { actions: own.actions, own };
  const others = other.content.policies.checks;
  if (own === null && others === undefined) return null;
  const actions = jointActions(own?.actions ?? DEFAULT_ACTIONS, others?.actions ?? DEFAULT_ACTIONS);
  return { actions, own };
}

/** The release that a session of this arm is compared with; while a promotion bakes that of the promoted one is the one before. */
function otherArm({ stable, split, draining }: Route, arm: Placement["arm"]): Release | null {
  if (split !== null) return arm === "candidate" ? stable : split.candidate;
  if (draining === null) return null;
  return arm === "candidate" ? draining.previous : stable;
}

/** A finding with what is done about it. */
export type WeighedFinding = Omit<CallFinding, "attempt">;

/** With which checks, and for which rendered request. */
interface Search {
  readonly actions: ChecksPolicy["actions"];
  readonly body: Buffer | null;
  /** The same, where it was read before; absent where it was not. */
  readonly read?: JsonObject;
}

/** Schemas come with requests and releases; their text says which they are. */
const schemas = new SchemaCache();

/** What the checks find in an answer to a call. */
export function findingsIn(
  open: OpenCall,
  answer: AnswerSummary,
  { actions, body, read }: Search,
): readonly WeighedFinding[] {
  const terms = needTerms(actions) && body !== null ? termsOf(open, body, read) : null;
  // Without knowing what was asked for, nothing can be said of its form.
  const asked = terms === null ? { ...actions, json: "off" as const, tools: "off" as const } : actions;
  return weigh(findInAnswer(answer, { ...(terms ?? NO_TERMS), schemas }, asked), actions);
}

/** Members without which a request of any dialect asks for no form: most need not be parsed again. */
const FORMING = ['"tools"', '"response_format"', '"output_config"', '"format"'];

function termsOf({ arrival }: OpenCall, body: Buffer, read: JsonObject | undefined): AnswerTerms | null {
  if (read === undefined && !FORMING.some((member) => body.includes(member))) return NO_TERMS;
  try {
    return arrival.dialect.checking?.terms(read ?? (JSON.parse(body.toString()) as JsonObject)) ?? null;
  } catch {
    return null;
  }
}

const weigh = (found: readonly Finding[], actions: ChecksPolicy["actions"]): readonly WeighedFinding[] =>
  found.map((one) => ({ ...one, action: actionOn(one, actions) }));

/** The dialects' own words for an answer that reached its limit, and for one that was refused. */
const LENGTH: ReadonlySet<string | null> = new Set([
  "length",
  "max_tokens",
  "max_output_tokens",
  "model_context_window_exceeded",
]);
const REFUSED: ReadonlySet<string | null> = new Set(["content_filter", "refusal"]);

const NOTHING: readonly WeighedFinding[] = [];

/** What an answer told of itself while it passed: no second reading. Costs next to nothing for a good one. */
export function plainFindings(
  { begun, onlyThoughts = false, refused, finishReason }: AnswerFacts,
  actions: ChecksPolicy["actions"],
): readonly WeighedFinding[] {
  const isRefused = refused === true || REFUSED.has(finishReason);
  const isCut = LENGTH.has(finishReason);
  const isEmpty = !begun || onlyThoughts;
  if (!isEmpty && !isRefused && !isCut) return NOTHING;
  const found: Finding[] = [];
  if (isRefused && actions.refusal !== "off") found.push(finding("refusal", "the model declined to answer"));
  if (isEmpty && !isRefused && actions.empty !== "off") {
    found.push(finding("empty", "the answer has no text and calls no tool"));
  }
  if (isCut && actions.truncated !== "off") {
    found.push(finding("truncated", "the answer reached its limit of tokens"));
  }
  return weigh(found, actions);
}

/** Whether some check has to read the answer a second time. */
export const needsReading = (actions: ChecksPolicy["actions"]): boolean =>
  needTerms(actions) || actions["refusal-text"] !== "off";
