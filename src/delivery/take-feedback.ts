import { RollwardError } from "../domain/errors.ts";
import type { FeedbackItem } from "../domain/feedback/feedback.ts";
import type { SignalFate } from "../domain/feedback/signal.ts";
import { signalOf } from "../domain/feedback/signal-of.ts";
import type { Unused } from "../domain/feedback/signal-of.ts";
import type { Delivery } from "./delivery.ts";
import { withDeadline } from "./with-deadline.ts";

/** Longest that a sender waits until what was said is in the journal, milliseconds. */
const WRITTEN_MS = 5_000;

/** One thing that was said of a session that a rollout drew. */
export interface SaidOfSession {
  readonly rolloutId: string;
  /** The session as a unit of statistics. */
  readonly unit: string;
  /** A call of the session, epoch milliseconds; its assignment is no later. */
  readonly callAt: number;
  readonly item: FeedbackItem;
}

/** What became of it as evidence. `no_rollout`: the rollout that drew the session is over. */
export type EvidenceFate = SignalFate | Unused | "no_rollout";

type Terms = Pick<Delivery, "observatory" | "log" | "clock">;

/** What is wrong with something that was said, by the plan of the rollout that it would be evidence for; `null` when nothing is. */
export function faultOf({ observatory }: Terms, { rolloutId, item }: SaidOfSession): string | null {
  const rollout = observatory.watched(rolloutId);
  if (rollout === null) return null;
  const reading = signalOf(rollout.plan.metrics, item);
  return "fault" in reading ? reading.fault : null;
}

/** Hands on what was said as evidence. It is in this replica's journal once `journalled` resolves. */
export function takeFeedback({ observatory, clock }: Terms, said: SaidOfSession): EvidenceFate {
  const rollout = observatory.watched(said.rolloutId);
  if (rollout === null) return "no_rollout";
  const reading = signalOf(rollout.plan.metrics, said.item);
  if ("unused" in reading) return reading.unused;
  if ("fault" in reading) return "not_compared";
  const at = clock.now();
  if (at > said.callAt + reading.withinMs) return "late";
  const { metric, value } = reading;
  return observatory.heard(said.rolloutId, { metric, session: said.unit, value, at }) ?? "not_compared";
}

/**
 * Waits until what was taken as evidence cannot be lost any more. Throws `database_unavailable` when the journal does
 * not take it in time: who sent it sends it again, under the same id.
 */
export async function journalled({ log, clock }: Terms): Promise<void> {
  const isWritten = await withDeadline(clock, WRITTEN_MS, log.written()).catch(() => false);
  if (!isWritten)
    throw new RollwardError("database_unavailable", { reason: "the journal of evidence takes no writes" });
}
