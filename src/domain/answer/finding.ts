/** What may be wrong with an answer that arrived in good order. */
export type FindingKind =
  | "refusal"
  /** The words of the answer sound like a refusal, though nothing marks it as one. */
  | "refusal-text"
  | "empty"
  | "truncated"
  | "invalid-json"
  | "schema"
  | "unknown-tool"
  | "invalid-arguments"
  /** A verifier of the release's routing thought too little of it. */
  | "verifier";

/** One thing that is wrong with an answer. */
export interface Finding {
  readonly check: FindingKind;
  /** For people; at most 300 characters, and nothing of the answer's own text but names of members and tools. */
  readonly detail: string;
  /** Where in the answer as a JSON pointer (`/tool_calls/0/arguments/city`); `null` is the answer as a whole. */
  readonly at: string | null;
}

/** Most findings of one answer. */
export const MAX_FINDINGS = 8;

/** Whether a finding is one that the metric `refusals` counts. */
export const isRefusal = (kind: FindingKind): boolean => kind === "refusal" || kind === "refusal-text";

/** Whether a finding is one that the metric `invalid-output` counts; a verifier's doubt is no fault. */
export const isInvalid = (kind: FindingKind): boolean => !isRefusal(kind) && kind !== "verifier";

/** Whether a finding is one that the metric `tool-failures` counts. */
export const isToolFault = (kind: FindingKind): boolean => kind === "unknown-tool" || kind === "invalid-arguments";

const MAX_DETAIL = 300;
const MAX_POINTER = 200;

/** A finding within its bounds. */
export function finding(check: FindingKind, detail: string, at: string | null = null): Finding {
  return { check, detail: cut(detail, MAX_DETAIL), at: at === null ? null : cut(at, MAX_POINTER) };
}

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`;
