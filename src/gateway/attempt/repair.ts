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
  readonly finding: Finding;
  readonly chunks: readonly Buffer[];
  /** How long the rejected attempt took, ms. */
  readonly tookMs: number;
}

/**
 * Makes the second attempt at a target whose answer had a finding: the same request with the answer and what is wrong
 * with it at its end. `null` when there is no time for another answer as slow as the first, nobody may be asked now (also by
 * the limits of the model), or the request cannot be written on.
 */
export function beginRepair(gateway: Gateway, open: OpenCall, errand: Errand): Runner | null | Promise<Runner | null> {
  const { trip, target, finding, chunks, tookMs } = errand;
  const { dialect } = open.arrival;
  const { checking } = dialect;
  const answer = answerOf(dialect, open.request?.stream === true, chunks);
  if (answer === null || checking === undefined || trip.remainingMs <= tookMs) return null;
  const again = trip.again(target);
  if (again === null) return null;
  const complaint = complaintOf(finding, answer);
  const repair = { trip, again, amend: (body: Buffer) => checking.askAgain(body, { answer, complaint }) };
  open.rooms?.leaveOthers(again.deployment);
  if (open.rooms === undefined) return beginAgain(gateway, open, { ...repair, hasRoom: true });
  const room = open.rooms.enterNow(trip.plan, again);
  if (!(room instanceof Promise)) return beginAgain(gateway, open, { ...repair, hasRoom: room !== null });
  return room.then((late) => beginAgain(gateway, open, { ...repair, hasRoom: late !== null }));
}

interface Repair {
  readonly trip: Trip;
  readonly again: Place;
  readonly amend: (body: Buffer) => Buffer;
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
