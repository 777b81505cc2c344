/** Lognormal: `median` in the unit of the field's name, `sigma` of the logarithm. */
export interface Spread {
  readonly median: number;
  readonly sigma: number;
}

/** How a simulated model behaves. Probabilities in [0, 1], each per call; together the failures are at most 1. */
export interface SimulatedModelSettings {
  readonly firstTokenMs: Spread;
  readonly betweenTokensMs: Spread;
  readonly answerTokens: Spread;
  /** Share of answers that contain the right fact, in [0, 1]. */
  readonly quality: number;
  readonly failures: {
    readonly rateLimited: number;
    readonly serverError: number;
    readonly hang: number;
    readonly cut: number;
    readonly stall: number;
    readonly malformed: number;
    readonly refusal: number;
    readonly retryAfterSeconds: number;
  };
}
