/** How often rules are evaluated, ms. */
export const EVALUATE_MS = 15_000;
/** What was missed is made up for in steps of this, ms, and so many of them at most: four hours. */
const STEP_MS = 60_000;
const MOST_STEPS = 240;

/**
 * The times at which rules are to be evaluated now, epoch ms, the last one `now`. Where nobody looked for a while, what was
 * missed comes first: calls were counted meanwhile, and what went wrong and was over again has to be told too. A clock
 * that went back misses nothing.
 */
export function evaluationTimes(last: number | null, now: number): readonly number[] {
  if (last === null || last > now || now - last <= 2 * STEP_MS) return [now];
  const from = Math.max(last, now - MOST_STEPS * STEP_MS);
  const count = Math.ceil((now - from) / STEP_MS) - 1;
  return [...Array.from({ length: count }, (_, step) => from + (step + 1) * STEP_MS), now];
}
