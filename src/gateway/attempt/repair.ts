import type { Finding } from "../../domain/answer/finding.ts";
import type { AnswerSummary } from "../../domain/answer/answer.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import { beginAttempt } from "./begin-attempt.ts";
import type { Runner } from "./begin-attempt.ts";
import { answerOf } from "./examine.ts";
import type { Trip } from "./trip.ts";

/** What is to be repaired. */
export interface Errand {
  readonly trip: Trip;
  /** Position of the target that answered, in the targets of the plan. */
  readonly target: number;
  readonly finding: Finding;
  readonly chunks: readonly Buffer[];
  /** How long the rejected attempt took, ms. */
  readonly tookMs: number;
}

/**
 * Makes the second attempt at a target whose answer had a finding: the same request with the answer and what is wrong
 * with it at its end. `null` when there is no time for another answer as slow as the first, nobody may be asked now,
 * or the request cannot be written on.
 */
export function beginRepair(gateway: Gateway, open: OpenCall, errand: Errand): Runner | null {
  const { trip, target, finding, chunks, tookMs } = errand;
  const { dialect } = open.arrival;
  const { checking } = dialect;
  const answer = answerOf(dialect, open.request?.stream === true, chunks);
  if (answer === null || checking === undefined || trip.remainingMs <= tookMs) return null;
  const again = trip.again(target);
  if (again === null) return null;
  const complaint = complaintOf(finding, answer);
  try {
    return beginAttempt(gateway, open, {
      place: again,
      reason: "repair",
      policy: trip.plan.policy,
      hasNext: false,
      whole: true,
      amend: (body) => checking.askAgain(body, { answer, complaint }),
    });
  } catch {
    return null;
  }
}

/** For the model, in English; the words of the finding are bounded. */
function complaintOf({ check, detail, at }: Finding, { toolCalls }: AnswerSummary): string {
  const where = at === null || at === "" ? "" : ` (at ${at})`;
  const wanted =
    check === "unknown-tool" || check === "invalid-arguments" || toolCalls.length > 0
      ? "Call the tools that were offered, with arguments that fit their schemas, or answer without a tool."
      : "Answer the request again, completely and in the form that was asked for, and with nothing around it.";
  return `Your answer was not accepted: ${detail}${where}. ${wanted}`;
}
