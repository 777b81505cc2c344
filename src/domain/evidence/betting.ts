/** Capital Π (1 + λ (xᵢ - m)) of a constant bet λ that the mean of x exceeds m; a negative λ bets below. */
export const bettingCapital = (values: readonly number[], mean: number, bet: number): number =>
  values.reduce((capital, value) => capital * (1 + bet * (value - mean)), 1);

/**
 * Predictable-mixture bets λ_t = √(2 ln(1/α) / (t ln(1 + t) σ̂²_{t-1})) for values in [0, 1], untruncated, from
 * a prior mean of 1/2 and a prior variance of 1/4. For the display interval of a bounded mean; each depends on
 * the values before it, so they are not mergeable and no gate.
 * Source: Waudby-Smith and Ramdas, arXiv 2010.09686.
 */
export function predictableBets(values: readonly number[], alpha: number): readonly number[] {
  let sum = 0;
  let squares = 0;
  let variance = 0.25;
  return values.map((value, index) => {
    const t = index + 1;
    const bet = Math.sqrt((2 * Math.log(1 / alpha)) / (t * Math.log1p(t) * variance));
    sum += value;
    squares += (value - (0.5 + sum) / (t + 1)) ** 2;
    variance = (0.25 + squares) / (t + 1);
    return bet;
  });
}
