/** What an answer has used that is not counted in tokens. */
export interface Units {
  readonly unit: "image" | "second" | "character";
  /** Whole numbers, but for seconds of sound. */
  readonly count: number;
}

/** The same of a call. */
export interface CallUnits extends Units {
  /** Whether the cost of the call covers them. Where it does not, the cost is unknown, whatever it says. */
  readonly priced: boolean;
}
