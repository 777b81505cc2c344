import { listWords } from "../describe-effect.ts";
import type { ApprovalGate } from "./gate-plan.ts";
import { passed, waiting } from "./gate-rule.ts";
import type { GateRule } from "./gate-rule.ts";
import type { Approval } from "./gate-state.ts";

/** People who agree; see `approve.ts` for whose word counts. */
export const approval: GateRule<"approval"> = {
  isLive: false,
  runs: false,
  look(gate, { state }) {
    const given = state?.approvals ?? [];
    return given.length >= gate.count ? passed(approvedBy(given)) : waiting(missing(gate, given));
  },
};

/** "approved by Ada and Grace". */
export const approvedBy = (given: readonly Approval[]): string => `approved by ${listWords(given.map(({ by }) => by))}`;

/** "2 approvals of keys with the role approver are missing; Ada has agreed". */
export function missing({ roles, count }: ApprovalGate, given: readonly Approval[]): string {
  const left = count - given.length;
  const whose = roles.length === 0 ? "an admin key" : `a key with the role ${roles.join(" or ")}`;
  const what = left === 1 ? `one approval by ${whose} is missing` : `${left} approvals, each by ${whose}, are missing`;
  return given.length === 0 ? what : `${what}; ${approvedBy(given)} so far`;
}
