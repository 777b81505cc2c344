import { isAbout } from "../../domain/limits/call-subjects.ts";
import type { CallSubjects } from "../../domain/limits/call-subjects.ts";
import type { QueueRule } from "../../domain/limits/limit-rule.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import type { Visit } from "./waiting-room.ts";

/** What a call had to do with the line of those who wait. */
export interface QueueNote {
  /** Calls that waited on this server when it came, itself included where it waited too. */
  readonly depth: number;
  /** How long it has waited, ms. */
  readonly waitedMs: number;
  /** How long it would have had to wait, ms; `null` where it was let in, and where nobody can say. */
  readonly estimateMs: number | null;
}

/** The position of a call's class in a queue: 0 first, and one behind all classes for what is of none. */
export function rankOf({ classes }: Pick<QueueRule, "classes">, subjects: CallSubjects): number {
  const at = classes.findIndex((one) => isAbout(one, subjects));
  return at < 0 ? classes.length : at;
}

/**
 * A call that comes to a line. Tenants take turns, and keys where there are none. A client that leaves gives up its
 * place; what it waits is noted in the call.
 */
export function visitOf(
  gateway: Pick<Gateway, "clock" | "waiting">,
  call: OpenCall,
  visit: Pick<Visit, "claims" | "tokens" | "rank" | "take"> & { readonly subjects: CallSubjects },
): Visit {
  const { subjects, ...rest } = visit;
  let since: number | null = null;
  return {
    ...rest,
    lane: subjects.tenant ?? subjects.keyId,
    onWaiting(leave) {
      call.underWay = leave === null ? null : { abandon: leave };
      if (leave !== null) {
        since ??= gateway.clock.elapsed();
        noteQueue(call, { depth: gateway.waiting.counts().calls, waitedMs: 0, estimateMs: null });
      } else if (since !== null) {
        noteQueue(call, { depth: 0, waitedMs: gateway.clock.elapsed() - since, estimateMs: null });
        since = null;
      }
      if (call.abandoned) leave?.();
    },
  };
}

/** Notes what a call had to do with a line; the waits of several add up. */
export function noteQueue(call: OpenCall, { depth, waitedMs, estimateMs }: QueueNote): void {
  const before = call.queue ?? { depth: 0, waitedMs: 0, estimateMs: null };
  call.queue = { depth: Math.max(before.depth, depth), waitedMs: before.waitedMs + waitedMs, estimateMs };
}

/** What a client is told of the line, ms in whole numbers. */
export const queueHeaders = ({ depth, waitedMs, estimateMs }: QueueNote): Record<string, string> => ({
  "x-rollward-queue-depth": String(depth),
  "x-rollward-queue-wait-ms": String(Math.round(waitedMs)),
  ...(estimateMs !== null && { "x-rollward-queue-estimate-ms": String(Math.ceil(estimateMs)) }),
});

/** A call was refused where calls may wait: how many do, and how long it would have taken if anybody can say. */
export function noteTurnedAway(
  { waiting, load }: Pick<Gateway, "waiting" | "load">,
  call: OpenCall,
  estimateMs: number | null,
): void {
  load.turnedAway += 1;
  noteQueue(call, { depth: waiting.counts().calls, waitedMs: 0, estimateMs });
}
