import type { Contestant } from "./contestants.ts";
import { load, memoryOf, orderFor } from "./measure.ts";

/** Longest time for a tenth of the calls, s. */
const TENTH_SECONDS = 900;
/** Issue's shares: clients that leave, answers that the upstream cuts. */
const TROUBLE = { leaves: 0.1, cuts: 0.05 };
/** The first tenth warms up; after it memory may grow by this share and still be flat: the collector is not exact. */
const SLACK = 0.1;

/** Resident memory over many calls, some of which end badly. */
export interface MemoryReport {
  /** After each tenth of the calls, MB. */
  readonly tenthsMb: readonly number[];
  readonly calls: number;
  readonly left: number;
  readonly cut: number;
  /** Answers that were not 200 although nobody disturbed them. */
  readonly errors: number;
  /** Whether the mean of the last three tenths is not above that of the second to fourth, but for a tenth of it. */
  readonly flat: boolean;
}

/** Makes the calls and reads the memory ten times. */
export async function watchMemory(contestant: Contestant, calls: number): Promise<MemoryReport> {
  const tenthsMb: number[] = [];
  const sums = { calls: 0, left: 0, cut: 0, errors: 0 };
  for (let tenth = 0; tenth < 10; tenth += 1) {
    const order = { mode: "closed", seconds: TENTH_SECONDS, calls: Math.ceil(calls / 10), trouble: TROUBLE } as const;
    const result = await load(orderFor(contestant, order));
    for (const name of ["calls", "left", "cut", "errors"] as const) sums[name] += result[name];
    tenthsMb.push(Math.round(memoryOf(contestant).rss));
  }
  const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;
  return { tenthsMb, ...sums, flat: mean(tenthsMb.slice(-3)) <= mean(tenthsMb.slice(1, 4)) * (1 + SLACK) };
}
