/**
 * Share of the standard normal distribution below `x`, to 1e-7: Abramowitz and Stegun, Handbook of Mathematical
 * Functions, 26.2.17. For planning, never for a gate.
 */
export function normalShare(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return x < 0 ? tail : 1 - tail;
}
