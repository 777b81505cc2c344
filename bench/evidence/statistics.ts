/** The middle value; `null` without values. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const high = sorted[Math.floor(middle)];
  const low = sorted[Math.ceil(middle) - 1];
  return high === undefined || low === undefined ? null : (high + low) / 2;
}

/** Value at share `q` of sorted values, interpolated linearly. */
export function quantileOfSorted(sorted: ArrayLike<number>, q: number): number {
  const place = q * (sorted.length - 1);
  const low = Math.floor(place);
  const [below, above] = [sorted[low] ?? Number.NaN, sorted[Math.min(low + 1, sorted.length - 1)] ?? Number.NaN];
  return below + (place - low) * (above - below);
}

/** P(X ≥ successes) for X binomial with `runs` and `chance`. */
function upperTail(successes: number, runs: number, chance: number): number {
  let term = runs * Math.log1p(-chance);
  let below = 0;
  for (let k = 0; k < successes; k += 1) {
    below += Math.exp(term);
    term += Math.log((runs - k) / (k + 1)) + Math.log(chance / (1 - chance));
  }
  return 1 - below;
}

/** One-sided lower Clopper-Pearson limit: the smallest probability that leaves `level` for so many successes. */
export function lowerLimit(successes: number, runs: number, level = 0.01): number {
  if (successes === 0) return 0;
  let low = 0;
  let high = successes / runs;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (upperTail(successes, runs, middle) < level) low = middle;
    else high = middle;
  }
  return low;
}

/** How far a share over `runs` may lie from the reference's pooled share `p` over `pooledRuns`: four standard errors. */
export function shareTolerance(p: number, runs: number, pooledRuns: number): number {
  const clipped = Math.min(1 - 1 / runs, Math.max(1 / runs, p));
  return 4 * Math.sqrt(clipped * (1 - clipped) * (1 / runs + 1 / pooledRuns)) + 0.002;
}
