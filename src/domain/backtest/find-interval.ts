/** An interval; an end is `null` where the data do not bound it within what was searched. */
export interface Interval {
  readonly low: number | null;
  readonly high: number | null;
}

/** Where an interval is looked for. */
export interface IntervalSearch {
  /** A value that is surely in it, such as the estimate. */
  readonly inside: number;
  readonly least: number;
  readonly greatest: number;
  /** ln of the e-values that the truth is above, and below, a value. */
  readonly evidence: (value: number) => { readonly above: number; readonly below: number };
  /** An end is where the evidence reaches this. */
  readonly threshold: number;
}

/** Halvings: a range of 1,000 is searched to 1e-4. */
const STEPS = 24;

/**
 * All values that are not refuted: below its low end there is enough evidence that the truth is above, and the other way
 * round. With a threshold of ln(2/α) it covers the truth with probability 1 - α, whenever it is read.
 */
export function findInterval({ inside, least, greatest, evidence, threshold }: IntervalSearch): Interval {
  return {
    low: boundary(inside, least, (value) => evidence(value).above >= threshold),
    high: boundary(inside, greatest, (value) => evidence(value).below >= threshold),
  };
}

/** The last value on the way from `inside` to `end` that is not refuted; `null` when even the end is not. */
function boundary(inside: number, end: number, isRefuted: (value: number) => boolean): number | null {
  if (!isRefuted(end)) return null;
  let kept = inside;
  let refuted = end;
  for (let step = 0; step < STEPS; step += 1) {
    const middle = (kept + refuted) / 2;
    if (isRefuted(middle)) refuted = middle;
    else kept = middle;
  }
  return kept;
}
