import type { Check, Evidence, Scenario } from "./scenarios.ts";

/**
 * `pass`: right, and all checks hold. `partial`: right but for an advisory check. `safe`: not answered, but a bounded
 * clean error. `fail`: a hang, a truncation shown as success, or a required check that does not hold.
 */
export type Verdict = "pass" | "partial" | "safe" | "fail";

/** A verdict with the checks that did not hold. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly missed: readonly string[];
}

/** Judges what a run left behind. */
export function judge(scenario: Pick<Scenario, "wants" | "checks">, evidence: Evidence): Judgement {
  const checks = [...alwaysRequired(evidence), ...scenario.checks(evidence)];
  const missed = checks.filter(({ holds }) => !holds).map(({ name }) => name);
  const isBroken = checks.some(({ isRequired, holds }) => isRequired && !holds);
  if (isBroken) return { verdict: "fail", missed };
  const answered = evidence.calls.every(({ seen }) => seen.seenAs === "whole");
  if (scenario.wants === "error" && answered) return { verdict: "partial", missed: [...missed, "ends in an error"] };
  if (scenario.wants === "answer" && !answered) return { verdict: "safe", missed };
  return { verdict: missed.length === 0 ? "pass" : "partial", missed };
}

function alwaysRequired({ calls, alive }: Evidence): readonly Check[] {
  const none = (name: string, found: boolean): Check => ({ name, isRequired: true, holds: !found });
  return [
    none(
      "no hang",
      calls.some(({ seen }) => seen.seenAs === "hang"),
    ),
    none(
      "no truncated success",
      calls.some(({ seen }) => seen.seenAs === "truncated"),
    ),
    none(
      "no success after an error",
      calls.some(({ seen }) => seen.contradictory),
    ),
    none("alive afterwards", alive.seenAs !== "whole"),
  ];
}
