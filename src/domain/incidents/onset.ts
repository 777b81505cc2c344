/** A time within which something is looked for, epoch milliseconds. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A dense part has at least so many failures, and is told apart from nothing shorter than so many ms. */
const LEAST = 3;
const SHORTEST_MS = 5_000;

/**
 * When failures became frequent: the first of those from which on they come at the higher rate. `times` are those of failed
 * calls, ascending. `null` where they come no more often at the end than before. The likeliest change of rate of two
 * Poisson processes one after the other: the split that maximises k·ln(k/T₁) + (n−k)·ln((n−k)/T₂).
 */
export function findOnset(times: readonly number[], { from, to }: Stretch): number | null {
  const all = times.filter((at) => at >= from && at <= to);
  let best: { readonly at: number; readonly gain: number } | null = null;
  for (let before = 0; before <= all.length - LEAST; before += 1) {
    const at = all[before] ?? to;
    const after = all.length - before;
    const [early, late] = [Math.max(1, at - from), Math.max(SHORTEST_MS, to - at)];
    if (before > 0 && before / early >= after / late) continue;
    const gain = logRate(before, early) + logRate(after, late);
    if (best === null || gain > best.gain) best = { at, gain };
  }
  return best?.at ?? null;
}

/** When frequent failures ended: the last one of the higher rate. The same, looked at from the end. */
export function findEnd(times: readonly number[], { from, to }: Stretch): number | null {
  const mirrored = times.map((at) => from + to - at).toReversed();
  const found = findOnset(mirrored, { from, to });
  return found === null ? null : from + to - found;
}

const logRate = (count: number, ms: number): number => (count === 0 ? 0 : count * Math.log(count / ms));
