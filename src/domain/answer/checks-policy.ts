import type { FindingKind } from "./finding.ts";

/** The checks as releases name them. */
export type CheckName = "refusal" | "refusal-text" | "empty" | "truncated" | "json" | "tools";

/**
 * What a finding of a check does: nothing is looked for; it is noted; the call also counts as failed in the evidence
 * of rollouts; the same model is also asked once more; the client also gets an error in place of the answer.
 */
export type CheckAction = "off" | "record" | "fail" | "repair" | "reject";

/** What a release demands of its answers. */
export interface ChecksPolicy {
  readonly actions: Readonly<Record<CheckName, CheckAction>>;
  /** What the client gets when a repair did not help: the answer all the same, or the error `answer_rejected`. */
  readonly unrepaired: "deliver" | "reject";
}

/** What is looked for where nobody says anything: only what an answer tells of itself. */
export const DEFAULT_ACTIONS: ChecksPolicy["actions"] = {
  refusal: "record",
  "refusal-text": "off",
  empty: "record",
  truncated: "record",
  json: "off",
  tools: "off",
};

/** The check that makes findings of a kind; a verifier is none of them. */
export const CHECK_OF: Readonly<Record<Exclude<FindingKind, "verifier">, CheckName>> = {
  refusal: "refusal",
  "refusal-text": "refusal-text",
  empty: "empty",
  truncated: "truncated",
  "invalid-json": "json",
  schema: "json",
  "unknown-tool": "tools",
  "invalid-arguments": "tools",
};

const ORDER: readonly CheckAction[] = ["off", "record", "fail", "repair", "reject"];

/** Whether a finding with this action makes the call a failure. */
export const isFailing = (action: CheckAction): boolean => ORDER.indexOf(action) >= ORDER.indexOf("fail");

/** Whether an answer must be whole before anybody sees it. */
export const holdsAnswers = ({ actions }: ChecksPolicy): boolean =>
  Object.values(actions).some((action) => action === "repair" || action === "reject");

/**
 * What is looked for in a session that is evidence, the same in both arms: what either release looks for, and counted
 * as a failure where either does so. Otherwise a release would look worse for looking closer. What is done about a
 * finding stays with the release that answers.
 */
export function jointActions(own: ChecksPolicy["actions"], other: ChecksPolicy["actions"]): ChecksPolicy["actions"] {
  const joint = (name: CheckName): CheckAction => {
    const counted = isFailing(other[name]) ? "fail" : other[name];
    return ORDER.indexOf(own[name]) >= ORDER.indexOf(counted) ? own[name] : counted;
  };
  return {
    refusal: joint("refusal"),
    "refusal-text": joint("refusal-text"),
    empty: joint("empty"),
    truncated: joint("truncated"),
    json: joint("json"),
    tools: joint("tools"),
  };
}
