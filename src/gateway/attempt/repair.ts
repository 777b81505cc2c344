import type { Finding } from "../../domain/answer/finding.ts";
import type { AnswerSummary } from "../../domain/answer/answer.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import { beginAttempt } from "./begin-attempt.ts";
import type { Runner } from "./begin-attempt.ts";
import { answerOf } from "./examine.ts";
import type { Place } from "./find-place.ts";
import type { Trip } from "./trip.ts";

/** What is to be repaired. */
export interface Errand {
  readonly trip: Trip;
  /** Position of the target that answered, in the targets of the plan. */
  readonly target: number;
  /** The request with the answer and what is wrong with it at its end. */
  readonly body: Buffer;
  /** How long the rejected attempt took, ms. */
  readonly tookMs: number;
}

/** A rendered body with its answer and what is wrong with that at its end; `null` where it cannot be written on. */
export function amended(
  open: OpenCall,
  finding: Finding,
  { body, chunks }: { readonly body: Buffer; readonly chunks: readonly Buffer[] },
): Buffer | null {
  const { dialect } = open.arrival;
  const answer = answerOf(dialect, open.request?.stream === true, chunks);
  if (answer === null || dialect.checking === undefined) return null;
  try {
    return dialect.checking.askAgain(body, { answer, complaint: complaintOf(finding, answer) });
  } catch {
    return null;
  }
}

/**
 * Makes the second attempt at a target whose answer had a finding. `null` when there is no time for another answer as
 * slow as the first, or nobody may be asked now (also by the limits of the model).
 */
export function beginRepair(gateway: Gateway, open: OpenCall, errand: Errand): Runner | null | Promise<Runner | null> {
  const { trip, target, body, tookMs } = errand;
  if (trip.remainingMs <= tookMs) return null;
  const again = trip.again(target);
  if (again === null) return null;
  const repair = { trip, again, amend: () => body };
  if (open.rooms === undefined) return beginAgain(gateway, open, { ...repair, hasRoom: true });
  const entered = open.rooms.enterAgain(trip.plan, again);
  if (!(entered instanceof Promise)) return beginAgain(gateway, open, { ...repair, hasRoom: entered });
  return entered.then((hasRoom) => beginAgain(gateway, open, { ...repair, hasRoom }));
}

interface Repair {
  readonly trip: Trip;
  readonly again: Place;
  readonly amend: () => Buffer;
  readonly hasRoom: boolean;
}

function beginAgain(gateway: Gateway, open: OpenCall, { trip, again, amend, hasRoom }: Repair): Runner | null {
  if (!hasRoom) {
    trip.giveBack(again, false);
    return null;
  }
  const { policy } = trip.plan;
  try {
    return beginAttempt(gateway, open, { place: again, reason: "repair", policy, hasNext: false, whole: true, amend });
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
