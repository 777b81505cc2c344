import type { CallFacts } from "../domain/call/call-record.ts";
import { failureOf } from "../domain/traffic/failure-of.ts";
import type { Gateway } from "./gateway.ts";
import { isUnaffordable } from "./meters/close-meters.ts";
import type { OpenCall } from "./open-call.ts";
import { turnOf } from "./turn-of.ts";

/**
 * Tells the evidence what became of a call: a turn of its session, or, of the call that drew the session, that there is
 * none. What a later call of a session comes to changes nothing for the one that drew it.
 */
export function tellEvidence({ observer }: Pick<Gateway, "observer">, call: OpenCall, facts: CallFacts): void {
  const { placement, begun } = call;
  if (placement === null) return;
  const { evidenceOf, drawnFor, unit } = placement;
  if (evidenceOf !== null && !isOurs(facts)) {
    const turn = turnOf(call, facts, placement);
    observer.turnEnded({ rolloutId: evidenceOf, ...turn, ...(begun !== undefined && { begun: begun.number }) });
    return;
  }
  if (drawnFor !== undefined) observer.leftOut(drawnFor, unit);
  if (begun !== undefined) observer.turnDropped(begun.rolloutId, unit, begun.number);
}

/** Whether we refused the call and no provider failed before that: an attempt that failed is a failure of its release. */
const isOurs = (facts: CallFacts): boolean =>
  isUnaffordable(facts) && failureOf({ outcome: "ok", errorCode: null, attempts: facts.attempts }) === null;
