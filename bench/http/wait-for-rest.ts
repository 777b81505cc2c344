import { readFileSync } from "node:fs";
import type { Contestant } from "./contestants.ts";

/** Longer than the pause between two steps of what works behind calls, ms. */
const WINDOW_MS = 2_500;
/** A process at rest uses less of one core. */
const REST_SHARE = 0.08;
/** Who never rests is measured all the same. */
const MOST_WINDOWS = 12;
/** Ticks of a second in `/proc` (`getconf CLK_TCK`). */
const TICKS = 100;

/**
 * Waits until every contestant has done what it put off while it answered calls: it would slow down whoever is measured
 * next, and would be charged to nobody. At most half a minute.
 */
export async function waitForRest(contestants: readonly Contestant[]): Promise<void> {
  for (let window = 0; window < MOST_WINDOWS; window += 1) {
    const before = contestants.map(secondsUsed);
    await new Promise((resolve) => setTimeout(resolve, WINDOW_MS));
    const shares = contestants.map((one, index) => (secondsUsed(one) - (before[index] ?? 0)) / (WINDOW_MS / 1_000));
    if (shares.every((share) => share < REST_SHARE)) return;
  }
}

/** Processor time of all its threads so far, seconds (proc(5): fields 14 and 15, counted behind the name). */
function secondsUsed({ process: { pid } }: Contestant): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}
