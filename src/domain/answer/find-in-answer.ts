import type { AnswerSummary } from "./answer.ts";
import type { CheckTerms } from "./checks/check.ts";
import { CHECKS } from "./checks/index.ts";
import { CHECK_OF } from "./checks-policy.ts";
import type { CheckAction, ChecksPolicy } from "./checks-policy.ts";
import { MAX_FINDINGS } from "./finding.ts";
import type { Finding } from "./finding.ts";

/** A finding of a call, with the attempt that it belongs to and what it does. */
export interface CallFinding extends Finding {
  /** Position in the attempts of the call. */
  readonly attempt: number;
  readonly action: Exclude<CheckAction, "off">;
}

/** What the checks that are on find in an answer; at most `MAX_FINDINGS`. */
export function findInAnswer(
  answer: AnswerSummary,
  terms: CheckTerms,
  actions: ChecksPolicy["actions"],
): readonly Finding[] {
  const checks = Object.values(CHECKS).filter(({ name }) => actions[name] !== "off");
  return checks.flatMap((check) => check.find(answer, terms)).slice(0, MAX_FINDINGS);
}

/** What is done about a finding; what a verifier finds is only noted. */
export function actionOn({ check }: Finding, actions: ChecksPolicy["actions"]): CallFinding["action"] {
  const action = check === "verifier" ? "record" : actions[CHECK_OF[check]];
  return action === "off" ? "record" : action;
}

/** Whether the checks that are on have to know what the request asked for. */
export const needTerms = ({ json, tools }: ChecksPolicy["actions"]): boolean => json !== "off" || tools !== "off";
