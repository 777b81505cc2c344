import { formatDuration } from "../../kit/duration.ts";
import type { RolloutPlan } from "./plan.ts";

/** A call that has had all its time is told of a little later, ms: its books are closed, and its client is read to the end. */
const SETTLING_MS = 10_000;

/** The least window in which a call that may take `totalMs` ends by itself, whatever becomes of it. */
export const leastWindowMs = (totalMs: number): number => totalMs + SETTLING_MS;

/**
 * What is to be said of a plan whose window ends before a call of its releases has had its time (`totalMs` of each);
 * `null` where it does not. A sentence without the name of the endpoint.
 */
export function impatienceOf({ window }: Pick<RolloutPlan, "window">, totalsMs: readonly number[]): string | null {
  const longestMs = totalsMs.reduce((longest, one) => Math.max(longest, one), 0);
  if (window.withinMs >= longestMs) return null;
  return `counts a session without an answer after ${formatDuration(window.withinMs)} as a failure, and a call may take ${formatDuration(longestMs)}: good answers that come between the two count as errors of both releases. Raise \`window.within\`, or lower \`timeouts.total\``;
}
