/**
 * The fixed grids that the bets are spread over, with equal prior weights. A fixed grid makes log E additive:
 * replicas and replays agree. Changing one changes what all stored evidence means.
 */

/** Event-conditional harm test: rate ratios tried, as multiples of the tolerated ratio. */
export const HARM_RATIO: readonly number[] = [1.25, 1.5, 2, 3, 5, 8, 13, 20, 40];

/** Event-conditional no-worse test: rate ratios tried. */
export const NO_WORSE_RATIO: readonly number[] = [0.25, 0.5, 0.75, 1];

/** Block-rank test, both directions: bets on U - 1/2; the admissible limit is 2. */
export const RANK_LAMBDA: readonly number[] = [0.1, 0.2, 0.35, 0.5, 0.7, 0.9, 1.2, 1.5, 1.8];

/** Tests of bounded means: bets as multiples of the admissible limit. */
export const BOUNDED_LAMBDA: readonly number[] = [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9];

/**
 * Differences of shares where a ratio is tested beside them: bets as multiples of the admissible limit, with their shares
 * of the capital. With events as rare as they should be a high bet decides soonest; the others insure against a few of them.
 */
export const POINTS_BETS: readonly { readonly bet: number; readonly share: number }[] = [
  { bet: 0.95, share: 5 / 8 },
  { bet: 0.5, share: 2 / 8 },
  { bet: 0.25, share: 1 / 8 },
];
