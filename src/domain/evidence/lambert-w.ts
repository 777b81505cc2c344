/** Newton doubles the digits each time; from the bound below five steps reach the last bit. */
const MAX_STEPS = 20;

/**
 * Lower branch W₋₁ of Lambert's function for x in [-1/e, 0): the solution w ≤ -1 of w eʷ = x. NaN elsewhere.
 * Newton on w + ln(-w) = ln(-x), started from the bound of Chatzigeorgiou (IEEE Commun. Lett. 17(8), 2013).
 */
export function lambertWm1(x: number): number {
  const u = -Math.log(-x) - 1;
  if (!(x < 0) || u < 0) return Number.NaN;
  let w = -1 - Math.sqrt(2 * u) - (2 * u) / 3;
  for (let step = 0; step < MAX_STEPS && w < -1; step += 1) {
    const next = w - (w + Math.log(-w) + u + 1) / (1 + 1 / w);
    if (Math.abs(next - w) <= 1e-15 * Math.abs(w)) return next;
    w = next;
  }
  return w;
}
