/** A value against a history. */
export interface RobustScore {
  readonly median: number;
  /** Median of the absolute distances from the median. */
  readonly mad: number;
  /**
   * 0.6745 × (value − median) / mad: a standard score where values are normally distributed, and hardly moved by a few that
   * are not (Iglewicz and Hoaglin, 1993). Infinite where all of the history is alike and the value is not.
   */
  readonly z: number;
}

const NORMAL_MAD = 0.6745;

/** How far a value lies from its history; `null` without one. The value itself is no part of it. */
export function robustScore(value: number, history: readonly number[]): RobustScore | null {
  if (history.length === 0) return null;
  const middle = median(history);
  const mad = median(history.map((each) => Math.abs(each - middle)));
  const distance = value - middle;
  if (distance === 0) return { median: middle, mad, z: 0 };
  return { median: middle, mad, z: mad === 0 ? Math.sign(distance) * Infinity : (NORMAL_MAD * distance) / mad };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
